namespace Common.Contract;

/// <summary>Where an app's output fifo is in the pod's root, for systemd and for what is bound into the app's.</summary>
internal static class OutputFifos
{
    public const string Directory = "/run/apps";

    public static string PathOf(string app) => $"{Directory}/{app}.output";
}
