using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>
/// The system calls of apps. The default is what container engines agree on today (the OCI runtimes' default profile), said with systemd's sets, so that each host's systemd and
/// libseccomp know the names of their own kernels: what they do not know is answered with ENOSYS, what is refused with EPERM.
/// </summary>
internal static class SystemCalls
{
    // Beyond a system service's. Each is harmless without the capability that it asks for, or confined to the pod.
    private static readonly string[] Base =
    [
        "@system-service", "@pkey", "@chown", "@setuid", "arch_prctl", "fanotify_mark", "landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self",
        "mknod", "mknodat", "modify_ldt", "name_to_handle_at", "personality", "process_vm_readv", "process_vm_writev", "ptrace", "remap_file_pages", "seccomp", "vmsplice",
    ];

    // Of a system service's: the keyring has no namespaces, io_uring goes around filters, kcmp(2) tells addresses.
    private static readonly string[] Never = ["@keyring", "io_uring_enter", "io_uring_register", "io_uring_setup", "userfaultfd"];

    private static readonly string[] Namespaces = ["setns", "unshare"];
    private static readonly string[] MemoryPolicy = ["get_mempolicy", "mbind", "migrate_pages", "move_pages", "set_mempolicy"];
    private const string CompareProcesses = "kcmp";
    private const string Admin = "CAP_SYS_ADMIN";
    private const string Nice = "CAP_SYS_NICE";
    private const string Trace = "CAP_SYS_PTRACE";

    // What a capability is for is of no use without the calls.
    private static readonly (string Capability, string[] Calls)[] ByCapability =
    [
        (Admin, ["@mount", "fanotify_init", "lookup_dcookie", "perf_event_open", "quotactl", "setdomainname", "sethostname", "syslog"]),
        ("CAP_BPF", ["bpf"]),
        ("CAP_DAC_READ_SEARCH", ["open_by_handle_at"]),
        ("CAP_PERFMON", ["perf_event_open"]),
        ("CAP_SYSLOG", ["syslog"]),
        ("CAP_SYS_BOOT", ["reboot"]),
        ("CAP_SYS_CHROOT", ["chroot"]),
        ("CAP_SYS_MODULE", ["@module"]),
        ("CAP_SYS_PACCT", ["acct"]),
        (Trace, ["pidfd_getfd", "process_madvise"]),
        ("CAP_SYS_RAWIO", ["@raw-io"]),
        ("CAP_SYS_TIME", ["@clock"]),
        ("CAP_SYS_TTY_CONFIG", ["vhangup"]),
    ];

    /// <summary>The default for an app with certain capabilities.</summary>
    /// <param name="capabilities">Null for all.</param>
    /// <param name="hasOwnUsers">Whether the pod has a user namespace, which limits its namespaces by itself.</param>
    public static SystemCallFilter DefaultFor(IReadOnlyList<string>? capabilities, bool hasOwnUsers)
    {
        bool Has(string capability) => capabilities?.Contains(capability, StringComparer.Ordinal) ?? true;
        IEnumerable<string> names = Base.Concat(ByCapability.Where(entry => Has(entry.Capability)).SelectMany(static entry => entry.Calls)).Distinct();
        IEnumerable<string> except = Never
            .Concat(Has(Admin) ? [] : Namespaces)
            .Concat(Has(Nice) ? [] : MemoryPolicy)
            .Concat(Has(Trace) ? [] : [CompareProcesses]);
        return new SystemCallFilter(IsAllowList: true, [.. names], [.. except], "EPERM", MayMakeNamespaces: hasOwnUsers || Has(Admin), IsNativeOnly: true);
    }

    /// <summary>Whether an app has a use for user namespaces of its own.</summary>
    public static bool MayNestUsers(IReadOnlyList<string>? capabilities) => capabilities?.Contains(Admin, StringComparer.Ordinal) ?? true;
}
