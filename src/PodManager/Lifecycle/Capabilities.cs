namespace PodManager.Lifecycle;

/// <summary>The capabilities of apps (capabilities(7)).</summary>
internal static class Capabilities
{
    /// <summary>What an app may have at most by default; rkt's list, which is Docker's.</summary>
    public static readonly IReadOnlyList<string> Default =
    [
        "CAP_AUDIT_WRITE", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_KILL", "CAP_MKNOD", "CAP_NET_RAW",
        "CAP_NET_BIND_SERVICE", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETFCAP", "CAP_SYS_CHROOT",
    ];
}
