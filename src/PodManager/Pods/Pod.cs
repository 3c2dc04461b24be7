namespace PodManager.Pods;

/// <summary>A pod as it was at one moment.</summary>
/// <param name="Id">Its UUID.</param>
/// <param name="State">Its state.</param>
/// <param name="Record">What was decided about it; null if that is not written yet, or cannot be read.</param>
internal sealed record Pod(PodId Id, PodState State, PodRecord? Record)
{
    /// <summary>Why the record cannot be read.</summary>
    public string? Problem { get; init; }

    /// <summary>The pod's PID 1 as the host numbers it; null if it is gone or has never been.</summary>
    public int? LeaderPid { get; init; }

    public DateTimeOffset? Started { get; init; }

    /// <summary>When `gc` marked it.</summary>
    public DateTimeOffset? Marked { get; init; }

    /// <summary>Its making was completed, whether it has been started since or not; also false for a pod that was started at once.</summary>
    public bool IsPrepared { get; init; }

    /// <summary>The pod's apps are up, as its systemd said.</summary>
    public bool IsReady { get; init; }

    /// <summary>Its cgroup has processes, whatever its apps' statuses say.</summary>
    public bool HasProcesses { get; init; }

    /// <summary>The apps that have ended.</summary>
    public IReadOnlyDictionary<AppName, AppStatus> Statuses { get; init; } = new Dictionary<AppName, AppStatus>();

    /// <summary>Of the apps that have health checks, what these have found.</summary>
    public IReadOnlyDictionary<AppName, HealthState> Healths { get; init; } = new Dictionary<AppName, HealthState>();

    /// <summary>The networks that it has joined, or had; empty for none, and for the host's.</summary>
    public IReadOnlyList<PodNetwork> Networks { get; init; } = [];

    /// <summary>Of the apps that may be started later than the pod, those that are there, and when the first process of each was started; null while one has none.</summary>
    public IReadOnlyDictionary<AppName, DateTimeOffset?> RunningApps { get; init; } = new Dictionary<AppName, DateTimeOffset?>();

    /// <summary>Whether an app may be started later than the pod, or more than once, so that <see cref="RunningApps"/> tells of it.</summary>
    public bool HasOwnStart(PodApp app) => Record?.HasOwnStart(app) == true;

    public DateTimeOffset? Created => Record?.Created;

    public IReadOnlyList<PodApp> Apps => Record?.Apps ?? [];
}
