using System.Globalization;

namespace PodManager.Output;

/// <summary>`podctl stats`: a row for each pod, and one for each of its apps.</summary>
internal static class PodStatsText
{
    public static string Table(IReadOnlyList<PodStatsView> stats, bool hasLegend)
    {
        Table table = new();
        if (hasLegend)
        {
            table.Add("UUID", "APP", "CPU", "CPU LIMIT", "MEMORY", "LIMIT", "TASKS", "LIMIT", "READ", "WRITTEN");
        }

        foreach (PodStatsView pod in stats)
        {
            Add(table, pod.Name[..8], "-", pod.Usage);
            foreach (AppStatsView app in pod.Apps)
            {
                Add(table, "", app.Name, app.Usage);
            }
        }

        return table.ToString();
    }

    private static void Add(Table table, string id, string app, UsageView usage) => table.Add(
        id,
        app,
        usage.CpuPercent is double percent ? string.Create(CultureInfo.InvariantCulture, $"{percent:0.0}%") : "-",
        usage.CpuLimitMillis is long millis ? string.Create(CultureInfo.InvariantCulture, $"{millis / 10.0:0.#}%") : "-",
        Size(usage.MemoryBytes),
        Size(usage.MemoryLimitBytes),
        Number(usage.Tasks),
        Number(usage.TaskLimit),
        Size(usage.ReadBytes),
        Size(usage.WrittenBytes));

    private static string Size(long? bytes) => bytes is long known ? Sizes.Binary(known) : "-";

    private static string Number(long? number) => number is long known ? known.ToString(CultureInfo.InvariantCulture) : "-";
}
