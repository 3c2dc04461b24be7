using System.Text;
using PodManager.Pods;

namespace PodManager.Output;

/// <summary>`podctl status`: one `key=value` a line, for scripts.</summary>
internal static class PodStatusText
{
    public static string Lines(Pod pod)
    {
        StringBuilder text = new();
        void Line(string key, string value) => text.Append(key).Append('=').Append(SafeText.Line(value)).Append('\n');

        Line("state", pod.State.Word());
        if (pod.Created is { } created)
        {
            Line("created", Times.Absolute(created));
        }

        if (pod.Started is not { } started)
        {
            return text.ToString();
        }

        Line("started", Times.Absolute(started));
        if (pod.LeaderPid is { } pid)
        {
            Line("pid", $"{pid}");
        }

        if (NetworkView.TextOf(pod.Record?.Network, pod.Networks) is { Length: > 0 } networks)
        {
            Line("networks", networks);
        }

        bool isRunning = pod.State.IsUp();
        Line("exited", isRunning ? "false" : "true");
        foreach ((AppName app, AppStatus status) in pod.Statuses.OrderBy(static entry => entry.Key.ToString(), StringComparer.Ordinal))
        {
            if (!isRunning && !status.IsAgain)
            {
                Line($"app-{app}", $"{status.Code}");
            }
        }

        foreach ((AppName app, HealthState health) in pod.Healths.OrderBy(static entry => entry.Key.ToString(), StringComparer.Ordinal))
        {
            Line($"health-{app}", health.Status);
        }

        return text.ToString();
    }
}
