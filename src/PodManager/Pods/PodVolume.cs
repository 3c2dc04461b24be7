namespace PodManager.Pods;

/// <summary>A place to keep data that is not part of an app's root (`--volume`).</summary>
internal sealed record PodVolume
{
    /// <summary>By which mounts refer to it.</summary>
    public required string Name { get; init; }

    /// <summary>A file, directory or device of the host's, absolute; null for a directory of the pod's own, which is empty at first and goes with the pod.</summary>
    public string? Source { get; init; }

    /// <summary>Nobody in the pod can write to it.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>What is mounted below the source comes too.</summary>
    public bool IsRecursive { get; init; } = true;

    /// <summary>What root owns on the host the pod's root owns inside, by an id-mapped mount; without it, the owners are those of the host, and nobody's inside.</summary>
    public bool IsIdMapped { get; init; } = true;

    /// <summary>The permissions of a directory of the pod's own.</summary>
    public uint Mode { get; init; } = 0x1ED;

    /// <summary>Its owner, inside the pod.</summary>
    public uint Uid { get; init; }

    /// <summary>Its group, inside the pod.</summary>
    public uint Gid { get; init; }
}

/// <summary>Where an app sees a volume (`--mount`).</summary>
/// <param name="Volume">The volume's name.</param>
/// <param name="Target">Absolute, inside the app's root.</param>
internal sealed record VolumeMount(string Volume, string Target);
