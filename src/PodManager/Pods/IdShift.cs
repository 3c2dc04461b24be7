using Common.Contract;

namespace PodManager.Pods;

/// <summary>Turns the ids of a pod's users into those that the host has for them, and back.</summary>
/// <param name="range">The pod's; null if it has the host's.</param>
internal sealed class IdShift(IdRange? range)
{
    /// <summary>What the kernel shows for an id without a counterpart (/proc/sys/kernel/overflowuid).</summary>
    public const uint Nobody = 65534;

    /// <summary>Of the host's own files.</summary>
    public static IdShift None { get; } = new(null);

    /// <summary>Root, as the host numbers it.</summary>
    public uint Root => range?.Base ?? 0;

    public uint ToPod(uint id) => range is null ? id : id >= range.Base && id - range.Base < range.Count ? id - range.Base : Nobody;

    /// <returns>Null if the pod has no such user.</returns>
    public uint? ToHost(uint id) => range is null ? id : id < range.Count ? range.Base + id : null;
}
