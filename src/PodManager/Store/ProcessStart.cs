using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <summary>When a process started, by which a pid that was given to another process is told from the first (proc_pid_stat(5), field 22).</summary>
internal static class ProcessStart
{
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
}
