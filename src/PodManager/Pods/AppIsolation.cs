using System.Text.Json.Serialization;

namespace PodManager.Pods;

/// <summary>What an app may do and use: settings of its service in the pod (systemd.exec(5), systemd.resource-control(5)).</summary>
internal sealed record AppIsolation
{
    /// <summary>The capability bounding set, e.g. `CAP_CHOWN`; null for all.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }

    /// <summary>The system calls it may make; null for all.</summary>
    public SystemCallFilter? SystemCalls { get; init; }

    /// <summary>Programs with setuid or capabilities give it nothing (PR_SET_NO_NEW_PRIVS, prctl(2)).</summary>
    public bool NoNewPrivileges { get; init; }

    /// <summary>Its root is read-only; the image's volumes stay writable.</summary>
    public bool ReadOnlyRoot { get; init; }

    /// <summary>`memory.max`, in bytes.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>CPU time in thousandths of one CPU (`cpu.max`).</summary>
    public long? CpuMillis { get; init; }

    /// <summary>CPU shares as version 1 counts them, 1024 being neutral.</summary>
    public int? CpuShares { get; init; }

    /// <summary>Processes and threads at most (`pids.max`).</summary>
    public long? Tasks { get; init; }

    /// <summary>1 to 10000, 100 being neutral (`io.weight`).</summary>
    public int? IoWeight { get; init; }

    /// <summary>Limits of each of its processes, at most one of a name.</summary>
    public IReadOnlyList<Ulimit> Ulimits { get; init; } = [];

    /// <summary>-1000 to 1000, proc_pid_oom_score_adj(5).</summary>
    public int? OomScoreAdjustment { get; init; }

    /// <summary>What of this can be changed while it runs.</summary>
    [JsonIgnore]
    public ResourceLimits Limits => new() { MemoryBytes = MemoryBytes, CpuMillis = CpuMillis, CpuShares = CpuShares, Tasks = Tasks, IoWeight = IoWeight };

    public AppIsolation With(ResourceLimits limits) => this with
    {
        MemoryBytes = limits.MemoryBytes,
        CpuMillis = limits.CpuMillis,
        CpuShares = (int?)limits.CpuShares,
        Tasks = limits.Tasks,
        IoWeight = (int?)limits.IoWeight,
    };
}

/// <summary>A filter of system calls, in systemd's words: names and sets such as `@mount` (systemd.exec(5), SystemCallFilter=).</summary>
/// <param name="IsAllowList">Whether <paramref name="Names"/> are what is allowed, or what is refused.</param>
/// <param name="Names">System calls and sets.</param>
/// <param name="Except">Taken out of an allow list again.</param>
/// <param name="Errno">What a refused call returns, e.g. `EPERM`; null kills the process by SIGSYS.</param>
/// <param name="MayMakeNamespaces">False: clone(2) with any namespace is refused too, which depends on its flags.</param>
/// <param name="IsNativeOnly">Programs of another architecture, 32-bit ones for instance, are killed (SIGSYS). Each architecture has a filter of its own, which takes time to make.</param>
internal sealed record SystemCallFilter(
    bool IsAllowList, IReadOnlyList<string> Names, IReadOnlyList<string> Except, string? Errno, bool MayMakeNamespaces, bool IsNativeOnly = false)
{
    /// <summary>`CALL:ERRNO` or `CALL:kill`: refused, with an answer of their own.</summary>
    public IReadOnlyList<string> Answers { get; init; } = [];

    /// <summary>An allow list to which nothing is added: systemd would allow what it takes for indispensable (`@default`).</summary>
    public bool IsExact { get; init; }
}
