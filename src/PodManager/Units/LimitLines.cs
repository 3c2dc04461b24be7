using System.Globalization;
using PodManager.Pods;

namespace PodManager.Units;

/// <summary>Limits as a unit's file has them, and as `systemctl set-property` takes them (systemd.resource-control(5)).</summary>
internal static class LimitLines
{
    /// <summary>The names of all settings there are.</summary>
    public static readonly IReadOnlyList<string> Names = ["MemoryMax", "CPUQuota", "CPUWeight", "TasksMax", "IOWeight"];

    private const int NeutralShares = 1024;
    private const int NeutralWeight = 100;
    private const int HighestWeight = 10000;

    /// <summary>What version 2 of cgroups has in the place of shares.</summary>
    public static long WeightOf(long shares) => Math.Clamp(shares * NeutralWeight / NeutralShares, 1, HighestWeight);

    /// <summary>The limits that are given. What block devices are limited to is the host's business, as a pod has no names for them.</summary>
    public static IEnumerable<string> Of(ResourceLimits limits)
    {
        if (limits.MemoryBytes is { } memory)
        {
            yield return $"MemoryMax={Number(memory)}";
        }

        if (limits.CpuMillis is { } millis)
        {
            yield return millis == ResourceLimits.None ? "CPUQuota=" : string.Create(CultureInfo.InvariantCulture, $"CPUQuota={millis / 10}.{millis % 10}%");
        }

        if (limits.CpuShares is { } shares)
        {
            yield return shares == ResourceLimits.None ? "CPUWeight=" : $"CPUWeight={WeightOf(shares)}";
        }

        if (limits.Tasks is { } tasks)
        {
            yield return $"TasksMax={Number(tasks)}";
        }

        if (limits.IoWeight is { } weight)
        {
            yield return weight == ResourceLimits.None ? "IOWeight=" : $"IOWeight={weight}";
        }
    }

    private static string Number(long value) => value == ResourceLimits.None ? "infinity" : value.ToString(CultureInfo.InvariantCulture);
}
