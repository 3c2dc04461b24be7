namespace PodManager.Pods;

/// <summary>An image's HEALTHCHECK; what it leaves open is null.</summary>
internal sealed record ImageHealth
{
    /// <summary>`CMD` and the words of a command, `CMD-SHELL` and a shell's command, or `NONE`.</summary>
    public IReadOnlyList<string> Test { get; init; } = [];

    public TimeSpan? Interval { get; init; }

    public TimeSpan? Timeout { get; init; }

    public TimeSpan? StartPeriod { get; init; }

    public TimeSpan? StartInterval { get; init; }

    public int? Retries { get; init; }
}
