namespace Common.Contract;

/// <summary>
/// Where the apps' roots are in the pod's. What is mounted below /run/host comes from whoever made the container, and systemd makes no unit of it (systemd's container interface): a unit for each
/// of an app's mounts, some thirty, took it milliseconds, and hid the few that are of interest.
/// </summary>
internal static class AppRoots
{
    public const string Directory = "/run/host/apps";

    public static string PathOf(string app) => $"{Directory}/{app}/rootfs";
}
