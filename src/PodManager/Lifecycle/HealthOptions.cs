using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>`--health-…`: what is not asked for is null, and the image's.</summary>
internal sealed record HealthOptions
{
    /// <summary>Instead of the image's; empty for no check at all.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    public TimeSpan? Interval { get; init; }

    public TimeSpan? Timeout { get; init; }

    public TimeSpan? StartPeriod { get; init; }

    public TimeSpan? StartInterval { get; init; }

    public int? Retries { get; init; }

    public HealthAction? OnFailure { get; init; }

    /// <summary>There is to be no check, whatever the image says.</summary>
    public bool IsOff => Command is { Count: 0 };

    /// <summary>Something is said about the check beside its command.</summary>
    public bool HasDetails => Interval is not null || Timeout is not null || StartPeriod is not null || StartInterval is not null || Retries is not null || OnFailure is not null;
}
