namespace Stage1.Mounts;

/// <summary>The devices that a pod has. They are bound from the host, never made.</summary>
internal static class DeviceFiles
{
    /// <summary>The name of the pod's terminal below /dev.</summary>
    public const string Console = "console";

    /// <summary>Names below /dev that are the host's own.</summary>
    public static readonly string[] Shared = ["null", "zero", "full", "random", "urandom", "tty", "net/tun"];

    /// <summary>Links that every program expects in /dev (OCI runtime-spec, config-linux.md, default devices and links).</summary>
    public static readonly (string Name, string Target)[] Links =
    [
        ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2"),
        ("core", "/proc/kcore"), ("ptmx", "pts/ptmx"), ("log", "/run/systemd/journal/dev-log"),
    ];
}
