using System.Text.Json.Serialization;

namespace PodManager.Pods;

/// <summary>What a pod or an app may use at most (systemd.resource-control(5)). Null says nothing about a limit; <see cref="None"/>, in a change of limits, takes it away.</summary>
internal sealed record ResourceLimits
{
    /// <summary>No limit.</summary>
    public const long None = long.MaxValue;

    /// <summary>`memory.max`, in bytes.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>CPU time in thousandths of one CPU (`cpu.max`).</summary>
    public long? CpuMillis { get; init; }

    /// <summary>CPU shares as version 1 counts them, 1024 being neutral.</summary>
    public long? CpuShares { get; init; }

    /// <summary>Processes and threads at most (`pids.max`).</summary>
    public long? Tasks { get; init; }

    /// <summary>1 to 10000, 100 being neutral (`io.weight`).</summary>
    public long? IoWeight { get; init; }

    /// <summary>At most one for a path.</summary>
    public IReadOnlyList<IoLimit> Io { get; init; } = [];

    /// <summary>Says nothing.</summary>
    [JsonIgnore]
    public bool IsEmpty => this is { MemoryBytes: null, CpuMillis: null, CpuShares: null, Tasks: null, IoWeight: null, Io.Count: 0 };

    /// <summary>These limits after a change.</summary>
    public ResourceLimits With(ResourceLimits change) => new()
    {
        MemoryBytes = Changed(MemoryBytes, change.MemoryBytes),
        CpuMillis = Changed(CpuMillis, change.CpuMillis),
        CpuShares = Changed(CpuShares, change.CpuShares),
        Tasks = Changed(Tasks, change.Tasks),
        IoWeight = Changed(IoWeight, change.IoWeight),
        Io = [.. Io.Where(limit => !change.Io.Any(other => other.Path == limit.Path)).Concat(change.Io)],
    };

    private static long? Changed(long? old, long? change) => change is null ? old : change == None ? null : change;
}

/// <summary>How fast a block device may be used (`io.max`); null for no limit.</summary>
/// <param name="Path">The device, or a file or directory on it, as the host sees it.</param>
/// <param name="ReadBytes">A second.</param>
/// <param name="WriteBytes">A second.</param>
/// <param name="ReadOperations">A second.</param>
/// <param name="WriteOperations">A second.</param>
internal sealed record IoLimit(string Path, long? ReadBytes, long? WriteBytes, long? ReadOperations, long? WriteOperations);
