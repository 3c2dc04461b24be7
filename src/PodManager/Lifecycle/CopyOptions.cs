using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>What `podctl cp` is to do.</summary>
internal sealed record CopyOptions
{
    public const string Stream = "-";

    public required PodId Pod { get; init; }

    /// <summary>Null if the pod has one only.</summary>
    public AppName? App { get; init; }

    public required bool IsIntoPod { get; init; }

    /// <summary>In the app's root; what ends in `/` or `/.` means something by it.</summary>
    public required string PodPath { get; init; }

    /// <summary>The host's, or <see cref="Stream"/> for an archive on standard input or output.</summary>
    public required string HostPath { get; init; }

    /// <summary>Owners stay, by their numbers.</summary>
    public bool KeepsOwners { get; init; }

    /// <summary>A directory may take the place of a file, and the other way round.</summary>
    public bool Overwrites { get; init; }
}
