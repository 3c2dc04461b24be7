using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>What `gc` did, or left.</summary>
internal abstract record GarbageEvent
{
    internal sealed record Marked(PodId Pod, bool IsAborted) : GarbageEvent;

    /// <summary>It was prepared, and nobody has started it in all that time.</summary>
    internal sealed record Expired(PodId Pod, TimeSpan Age) : GarbageEvent;

    internal sealed record Removing(PodId Pod) : GarbageEvent;

    /// <summary>Its grace period has not passed.</summary>
    internal sealed record Kept(PodId Pod, TimeSpan GracePeriod) : GarbageEvent;

    internal sealed record Leftover(string Message) : GarbageEvent;
}
