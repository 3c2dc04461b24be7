using Common.Contract;

namespace PodManager.Pods;

/// <summary>Whose users a pod is to have.</summary>
/// <param name="IsPrivate">Its own, by a user namespace; else the host's.</param>
/// <param name="Given">The range that it is to have; null for any that is free.</param>
internal sealed record PodUsers(bool IsPrivate, IdRange? Given = null)
{
    /// <summary>Ids in a range, if nothing else is said.</summary>
    public const uint DefaultCount = 0x10000;

    /// <summary>A user namespace with a range that is free.</summary>
    public static PodUsers Pick { get; } = new(true);

    /// <summary>No user namespace.</summary>
    public static PodUsers Host { get; } = new(false);

    /// <summary>How many users it has; null if it has the host's.</summary>
    public uint? Count => IsPrivate ? Given?.Count ?? DefaultCount : null;
}
