namespace PodManager.Lifecycle;

/// <summary>The capabilities of apps (capabilities(7)).</summary>
internal static class Capabilities
{
    /// <summary>Those that Linux has, by number (linux/capability.h).</summary>
    public static readonly IReadOnlyList<string> All =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE",
        "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE",
        "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
        "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF",
        "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>What an app may have at most by default; rkt's list, which is Docker's.</summary>
    public static readonly IReadOnlyList<string> Default =
    [
        "CAP_AUDIT_WRITE", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_KILL", "CAP_MKNOD", "CAP_NET_RAW",
        "CAP_NET_BIND_SERVICE", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETFCAP", "CAP_SYS_CHROOT",
    ];

    // What systemd-nspawn(1) leaves to the systemd in a container, --capability=, without CAP_SYS_PTRACE: an app that is being started has what systemd has, and must not get at what runs in the pod's own root.
    private static readonly IReadOnlyList<string> OfManager =
    [
        "CAP_AUDIT_CONTROL", "CAP_AUDIT_WRITE", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_IPC_OWNER", "CAP_KILL", "CAP_LEASE",
        "CAP_LINUX_IMMUTABLE", "CAP_MKNOD", "CAP_NET_ADMIN", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_RAW", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID",
        "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_CHROOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TTY_CONFIG",
    ];

    /// <summary>The numbers of those that neither the pod's systemd nor its apps need.</summary>
    /// <param name="ofApps">What each app may have; null for all.</param>
    public static IReadOnlyList<int> Dropped(IReadOnlyList<IReadOnlyList<string>?> ofApps) => ofApps.Any(static app => app is null) ? [] :
        [.. All.Index().Where(entry => !OfManager.Contains(entry.Item) && !ofApps.Any(app => app!.Contains(entry.Item))).Select(static entry => entry.Index)];

    /// <summary>Those of an app that the systemd of a pod that was made without it does not have.</summary>
    /// <param name="ofApp">What it may have; null for all.</param>
    public static IEnumerable<string> BeyondManager(IReadOnlyList<string>? ofApp) => (ofApp ?? All).Except(OfManager, StringComparer.Ordinal);

    /// <summary>The numbers of all but some.</summary>
    /// <param name="kept">Null for all.</param>
    public static IReadOnlyList<int> Outside(IReadOnlyList<string>? kept) => kept is null ? [] :
        [.. All.Index().Where(entry => !kept.Contains(entry.Item)).Select(static entry => entry.Index)];
}
