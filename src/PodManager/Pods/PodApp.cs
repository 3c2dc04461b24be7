namespace PodManager.Pods;

/// <summary>An app of a pod, as it was decided when the pod was made.</summary>
internal sealed record PodApp
{
    public required AppName Name { get; init; }

    public required PodImage Image { get; init; }

    /// <summary>Absolute paths of the extracted layers, lowest first; they must stay while the pod is there.</summary>
    public required IReadOnlyList<string> Layers { get; init; }

    /// <summary>The command and its arguments.</summary>
    public required IReadOnlyList<string> Exec { get; init; }

    /// <summary>`KEY=VALUE`.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    public required PodUser User { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>E.g. `SIGTERM`.</summary>
    public required string StopSignal { get; init; }

    public AppIsolation Isolation { get; init; } = new();

    public IReadOnlyList<VolumeMount> Mounts { get; init; } = [];
}

/// <summary>The image of an app; the image itself may be gone from the store.</summary>
internal sealed record PodImage(string Name, string Id);

/// <summary>Whom an app runs as, inside the pod.</summary>
internal sealed record PodUser(uint Uid, uint Gid, IReadOnlyList<uint> Supplementary);
