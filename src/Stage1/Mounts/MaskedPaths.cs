namespace Stage1.Mounts;

/// <summary>What an app may not see or write of /proc and /sys: rkt's list together with the one that OCI runtimes use today.</summary>
internal static class MaskedPaths
{
    /// <summary>Hidden behind an empty directory or file of mode 000, whichever the path is.</summary>
    public static readonly string[] Hidden =
    [
        "/proc/acpi", "/proc/asound", "/proc/config.gz", "/proc/interrupts", "/proc/kallsyms", "/proc/kcore", "/proc/keys", "/proc/kmem",
        "/proc/latency_stats", "/proc/mem", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/proc/timer_stats",
        "/sys/devices/virtual/powercap", "/sys/firmware", "/sys/fs", "/sys/hypervisor", "/sys/module", "/sys/power",
    ];

    /// <summary>Visible, but not writable. All of /sys is read-only by its mount.</summary>
    public static readonly string[] ReadOnly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];
}
