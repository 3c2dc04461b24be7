using PodManager.Pods;

namespace PodManager.Units;

/// <summary>An app's isolation as lines of its service.</summary>
internal static class IsolationLines
{
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
        // Without a word systemd has a limit of its own for processes.
        foreach (string limit in LimitLines.Of(isolation.Limits with { Tasks = isolation.Tasks ?? ResourceLimits.None }))
        {
            line(limit);
        }

        foreach ((string name, string value) in isolation.Ulimits.Select(static limit => (limit.Name, limit.Value)))
        {
            line($"Limit{name}={value}");
        }

        if (isolation.OomScoreAdjustment is int adjustment)
        {
            line($"OOMScoreAdjust={adjustment}");
        }
    }
}
