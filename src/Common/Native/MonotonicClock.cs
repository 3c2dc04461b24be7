using System.Diagnostics;

namespace Common.Native;

/// <summary>Times of CLOCK_MONOTONIC, which libsystemd gives in microseconds and which <see cref="Stopwatch"/> reads too.</summary>
internal static class MonotonicClock
{
    /// <summary>How long it is until a time; zero if it is past.</summary>
    internal static TimeSpan Until(ulong microseconds) =>
        TimeSpan.FromMicroseconds(Math.Max(0, microseconds - (Stopwatch.GetTimestamp() * (1e6 / Stopwatch.Frequency))));

    /// <summary>The shorter of a wait and the time until <paramref name="microseconds"/>, where the highest number means never.</summary>
    internal static TimeSpan? Limit(TimeSpan? wait, ulong microseconds)
    {
        if (microseconds == LibSystemd.Forever)
        {
            return wait;
        }

        TimeSpan until = Until(microseconds);
        return wait < until ? wait : until;
    }
}
