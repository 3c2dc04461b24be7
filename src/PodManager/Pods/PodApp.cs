using System.Text.Json.Serialization;

namespace PodManager.Pods;

/// <summary>An app of a pod, as it was decided when the pod was made.</summary>
internal sealed record PodApp
{
    public required AppName Name { get; init; }

    /// <summary>When it was added, if that was later than the pod was made.</summary>
    public DateTimeOffset? Created { get; init; }

    public required PodImage Image { get; init; }

    /// <summary>Absolute paths of the extracted layers, lowest first; they must stay while the pod is there.</summary>
    public required IReadOnlyList<string> Layers { get; init; }

    /// <summary>Absolute path of the program inside the app's root.</summary>
    public required string Program { get; init; }

    /// <summary>The words of the command line, the program's name as it was given first.</summary>
    public required IReadOnlyList<string> Exec { get; init; }

    /// <summary>`KEY=VALUE`.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    public required PodUser User { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>E.g. `SIGTERM`.</summary>
    public required string StopSignal { get; init; }

    public AppIsolation Isolation { get; init; } = new();

    /// <summary>The system calls are what the user said, not what follows from the capabilities.</summary>
    public bool HasSystemCallOption { get; init; }

    /// <summary>What is mounted above comes before what is below.</summary>
    public IReadOnlyList<VolumeMount> Mounts { get; init; } = [];

    /// <summary>Directories that the image calls volumes, and where nothing is mounted.</summary>
    public IReadOnlyList<string> ImageVolumes { get; init; } = [];

    /// <summary>Apps that must be up before this one is started.</summary>
    public IReadOnlyList<AppName> After { get; init; } = [];

    public RestartPolicy Restart { get; init; }

    /// <summary>It may be started later than its pod, or more than once.</summary>
    [JsonIgnore]
    public bool HasOwnStart => After.Count > 0 || Restart != RestartPolicy.No || Health?.OnFailure == HealthAction.Restart;

    /// <summary>At most one of a name.</summary>
    public IReadOnlyList<AppCredential> Credentials { get; init; } = [];

    /// <summary>It is up once it says so by sd_notify(3); null if neither its image nor the user has said anything about that.</summary>
    public bool? Notify { get; init; }

    /// <summary>How its health is checked; null if it is not.</summary>
    public HealthCheck? Health { get; init; }

    /// <summary>It has no health check because the user said so.</summary>
    public bool IsHealthOff { get; init; }

    /// <summary>Its streams in the background; null if nothing was said about them.</summary>
    public StreamModes? Streams { get; init; }

    /// <summary>Its own, and the labels of its image; null if there are none.</summary>
    public Notes? Notes { get; init; }
}

/// <summary>The image of an app; the image itself may be gone from the store.</summary>
internal sealed record PodImage(string Name, string Id);

/// <summary>Whom an app runs as, inside the pod.</summary>
internal sealed record PodUser(uint Uid, uint Gid, IReadOnlyList<uint> Supplementary);
