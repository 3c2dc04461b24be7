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

        if (filter.IsExact)
        {
            line("# systemd adds these to every list of what is allowed");
            line("SystemCallFilter=@default");
            line("SystemCallFilter=~@default");
        }

        if (filter.IsAllowList || filter.Names.Count > 0)
        {
            line($"SystemCallFilter={(filter.IsAllowList ? "" : "~")}{string.Join(' ', filter.Names)}");
        }

        if (filter.Answers.Count > 0)
        {
            line("# of a list of what is allowed, systemd takes an answer only with what is taken out again");
            line($"SystemCallFilter=~{string.Join(' ', filter.Answers)}");
        }

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
