namespace PodManager.Pods;

/// <summary>How the health of an app is checked from time to time, and what becomes of it if it fails.</summary>
internal sealed record HealthCheck
{
    /// <summary>The words of the command; its program is in the app's root, by path or by name.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>From the app's start to the first check, and from one check's end to the next.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A check that takes longer is killed and has failed.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>So many failures in a row mean that the app is unhealthy.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>So long after its start failures do not count, until a check has succeeded.</summary>
    public TimeSpan StartPeriod { get; init; }

    /// <summary>From one check to the next meanwhile; null for <see cref="Interval"/>.</summary>
    public TimeSpan? StartInterval { get; init; }

    public HealthAction OnFailure { get; init; }
}

/// <summary>What is done about an unhealthy app, by the pod itself.</summary>
internal enum HealthAction
{
    /// <summary>It is said to be unhealthy.</summary>
    None,

    Restart,

    Stop,

    Kill,
}
