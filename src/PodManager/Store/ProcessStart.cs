using System.Globalization;
using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <summary>When a process started, by which a pid that was given to another process is told from the first (proc_pid_stat(5), field 22).</summary>
internal static class ProcessStart
{
    private const int TicksPerSecond = 100; // USER_HZ, the same everywhere
    private const long NanosecondsPerTick = 1_000_000_000 / TicksPerSecond;
    private const int SinceBoot = 7; // CLOCK_BOOTTIME
    private const int FieldsBefore = 22 - 3;

    /// <summary>The start in clock ticks since boot.</summary>
    /// <returns>Null if there is no such process.</returns>
    public static string? Of(int pid)
    {
        try
        {
            using Fd file = Files.Open($"/proc/{pid}/stat", O_RDONLY);
            string stat = Files.ReadText(file);

            // The name, field 2, is in parentheses and may hold spaces and parentheses of its own.
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[FieldsBefore];
        }
        catch (NativeException)
        {
            return null;
        }
    }

    /// <summary>The start by the clock, to a hundredth of a second: the same whenever somebody asks, unless the clock was set meanwhile.</summary>
    /// <returns>Null if there is no such process.</returns>
    public static DateTimeOffset? TimeOf(int pid)
    {
        if (!long.TryParse(Of(pid), NumberStyles.None, CultureInfo.InvariantCulture, out long ticks))
        {
            return null;
        }

        long bootedTicks = (Now(0) - Now(SinceBoot) + (NanosecondsPerTick / 2)) / NanosecondsPerTick;
        return DateTimeOffset.FromUnixTimeMilliseconds((bootedTicks + ticks) * (1000 / TicksPerSecond));
    }

    private static unsafe long Now(int clock)
    {
        nint* time = stackalloc nint[2];
        _ = NativeException.ThrowIfFailed(Libc.ClockGetTime(clock, time), "clock_gettime");
        return (time[0] * 1_000_000_000L) + time[1];
    }
}
