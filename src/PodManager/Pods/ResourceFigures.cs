namespace PodManager.Pods;

/// <summary>What a pod or an app uses at one moment, and what it may use: the kernel's figures for its cgroup (the kernel's document on version 2). Null where the host has not got the controller.</summary>
internal sealed record ResourceFigures
{
    /// <summary>CPU time used since the start (`cpu.stat`).</summary>
    public TimeSpan? CpuTime { get; init; }

    /// <summary>CPU time that it may have, in thousandths of one CPU (`cpu.max`); null for no limit, too.</summary>
    public long? CpuLimitMillis { get; init; }

    /// <summary>`memory.current`.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>`memory.max`; null for no limit, too.</summary>
    public long? MemoryLimitBytes { get; init; }

    /// <summary>Processes and threads (`pids.current`).</summary>
    public long? Tasks { get; init; }

    /// <summary>`pids.max`; null for no limit, too.</summary>
    public long? TaskLimit { get; init; }

    /// <summary>Read from block devices (`io.stat`).</summary>
    public long? ReadBytes { get; init; }

    /// <summary>Written to block devices.</summary>
    public long? WrittenBytes { get; init; }

    /// <summary>How many of its processes the kernel has killed for want of memory (`memory.events`).</summary>
    public long? OomKills { get; init; }
}
