namespace Common.Contract;

/// <summary>What podctl hands to Stage1 to change the apps of a pod that runs: those that go, and those that come.</summary>
internal sealed record AppChange
{
    /// <summary>The version this build writes and accepts.</summary>
    public const int CurrentVersion = 1;

    public required int Version { get; init; }

    /// <summary>Whose mounts and files are removed, as far as they are there; also before an app of the same name comes.</summary>
    public required IReadOnlyList<string> Removed { get; init; }

    /// <summary>Files of the pod's own root that go.</summary>
    public IReadOnlyList<string> RemovedFiles { get; init; } = [];

    /// <summary>The apps that come, the files of the pod's own root that are written anew, and what is known of the pod.</summary>
    public required PodPlan Pod { get; init; }
}
