namespace Common.Contract;

/// <summary>
/// A copy of env(1) in the pod's own root, by which commands begin that systemd runs there for an app. systemd gives all commands of a service the same environment, and the app's is its image's: `LD_PRELOAD` of it would be
/// code of the image, run as the pod's root. The copy is set-group-ID, so that the dynamic loader runs it in its secure mode and heeds no variable (ld.so(8)), and it passes none on.
/// </summary>
internal static class CleanEnvironment
{
    public const string Program = "/.env";

    /// <summary>Any other than that of root: `tty`.</summary>
    public const uint Group = 5;
}
