using System.Globalization;
using PodManager.Pods;

namespace PodManager.Units;

/// <summary>An app's isolation as lines of its service.</summary>
internal static class IsolationLines
{
    private const int NeutralShares = 1024;
    private const int NeutralWeight = 100;
    private const int HighestWeight = 10000;

    public static void Write(AppIsolation isolation, Action<string> line)
    {
        if (isolation.Capabilities is not null)
        {
            line($"CapabilityBoundingSet={string.Join(' ', isolation.Capabilities)}");
        }

        if (isolation.NoNewPrivileges)
        {
            line("NoNewPrivileges=yes");
        }

        if (isolation.SystemCalls is SystemCallFilter filter)
        {
            Write(filter, line);
        }

        Limits(isolation, line);
    }

    private static void Write(SystemCallFilter filter, Action<string> line)
    {
        if (filter.IsNativeOnly)
        {
            line("SystemCallArchitectures=native");
        }

        line($"SystemCallFilter={(filter.IsAllowList ? "" : "~")}{string.Join(' ', filter.Names)}");
        if (filter.Except.Count > 0)
        {
            line($"SystemCallFilter=~{string.Join(' ', filter.Except)}");
        }

        if (filter.Errno is not null)
        {
            line($"SystemCallErrorNumber={filter.Errno}");
        }

        if (!filter.MayMakeNamespaces)
        {
            line("RestrictNamespaces=yes");
        }
    }

    private static void Limits(AppIsolation isolation, Action<string> line)
    {
        if (isolation.MemoryBytes is long bytes)
        {
            line($"MemoryMax={bytes}");
        }

        if (isolation.CpuMillis is long millis)
        {
            line(string.Create(CultureInfo.InvariantCulture, $"CPUQuota={millis / 10}.{millis % 10}%"));
        }

        if (isolation.CpuShares is int shares)
        {
            line($"CPUWeight={Math.Clamp((long)shares * NeutralWeight / NeutralShares, 1, HighestWeight)}");
        }

        line(isolation.Tasks is long tasks ? $"TasksMax={tasks}" : "TasksMax=infinity");
        if (isolation.OomScoreAdjustment is int adjustment)
        {
            line($"OOMScoreAdjust={adjustment}");
        }
    }
}
