using System.Globalization;
using PodManager.Pods;

namespace PodManager.Output;

/// <summary>`podctl top`.</summary>
internal static class PodTopText
{
    public static string Table(IReadOnlyList<PodProcess> processes, uint firstUser, bool hasLegend)
    {
        Table table = new();
        if (hasLegend)
        {
            table.Add("PID", "HOST PID", "APP", "USER", "STATE", "MEMORY", "TIME", "COMMAND");
        }

        foreach (PodProcess process in processes)
        {
            table.Add(
                $"{process.PodPid}",
                $"{process.Pid}",
                process.Service.EndsWith(".service", StringComparison.Ordinal) ? process.Service[..^".service".Length] : "-",
                process.Uid >= firstUser ? $"{process.Uid - firstUser}" : "-",
                $"{process.State}",
                Sizes.Binary(process.MemoryBytes),
                Time(process.CpuTime),
                process.Command);
        }

        return table.ToString();
    }

    private static string Time(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalMinutes}:{time.Seconds:00}.{time.Milliseconds / 10:00}");
}
