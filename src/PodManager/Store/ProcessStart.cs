using System.Globalization;
using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <summary>When a process started, by which a pid that was given to another process is told from the first (proc_pid_stat(5), field 22).</summary>
internal static class ProcessStart
{
    private const double TicksPerSecond = 100; // USER_HZ, the same everywhere
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

    /// <summary>The start by the clock, as far as a clock that was set meanwhile allows.</summary>
    /// <returns>Null if there is no such process.</returns>
    public static DateTimeOffset? TimeOf(int pid)
    {
        if (!long.TryParse(Of(pid), NumberStyles.None, CultureInfo.InvariantCulture, out long ticks))
        {
            return null;
        }

        using Fd file = Files.Open("/proc/uptime", O_RDONLY);
        double sinceBoot = double.Parse(Files.ReadText(file).Split(' ')[0], CultureInfo.InvariantCulture);
        return DateTimeOffset.UtcNow.AddSeconds((ticks / TicksPerSecond) - sinceBoot);
    }
}
