using System.Collections.Concurrent;

namespace PodManager.Tests.Images;

/// <summary>A clock whose timers are due at once; it remembers how long they should have taken.</summary>
internal sealed class FakeClock : TimeProvider
{
    public ConcurrentQueue<TimeSpan> Delays { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Delays.Enqueue(dueTime);
        return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
