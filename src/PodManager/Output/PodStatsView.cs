using PodManager.Pods;

namespace PodManager.Output;

/// <summary>What a pod uses, as `stats` gives it in JSON. The shape is a promise: names and meanings stay, fields may be added.</summary>
/// <param name="Name">The UUID.</param>
/// <param name="PodName">What the user called it.</param>
/// <param name="Usage">Of the whole pod, with its systemd and journal.</param>
/// <param name="Apps">Those that run.</param>
internal sealed record PodStatsView(string Name, string? PodName, UsageView Usage, IReadOnlyList<AppStatsView> Apps);

/// <summary>What an app uses.</summary>
internal sealed record AppStatsView(string Name, UsageView Usage);

/// <summary>Figures of a cgroup; those of a controller that the host has not got are left out, and so are limits that are not there.</summary>
internal sealed record UsageView
{
    /// <summary>Of one CPU, since the measurement before.</summary>
    public double? CpuPercent { get; init; }

    /// <summary>Since the start, in seconds.</summary>
    public double? CpuSeconds { get; init; }

    public long? CpuLimitMillis { get; init; }

    public long? MemoryBytes { get; init; }

    public long? MemoryLimitBytes { get; init; }

    public long? Tasks { get; init; }

    public long? TaskLimit { get; init; }

    public long? ReadBytes { get; init; }

    public long? WrittenBytes { get; init; }

    public long? OomKills { get; init; }

    /// <param name="now">The figures.</param>
    /// <param name="before">Those of the measurement before; null for none.</param>
    /// <param name="elapsed">The time between both.</param>
    public static UsageView Of(ResourceFigures now, ResourceFigures? before, TimeSpan elapsed) => new()
    {
        CpuPercent = now.CpuTime - before?.CpuTime is TimeSpan used && elapsed > TimeSpan.Zero ? Math.Round(Math.Max(0, used / elapsed * 100), 1) : null,
        CpuSeconds = now.CpuTime?.TotalSeconds,
        CpuLimitMillis = now.CpuLimitMillis,
        MemoryBytes = now.MemoryBytes,
        MemoryLimitBytes = now.MemoryLimitBytes,
        Tasks = now.Tasks,
        TaskLimit = now.TaskLimit,
        ReadBytes = now.ReadBytes,
        WrittenBytes = now.WrittenBytes,
        OomKills = now.OomKills,
    };
}
