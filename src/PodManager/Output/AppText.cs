using System.Text;

namespace PodManager.Output;

/// <summary>`podctl app list` and `podctl app status`.</summary>
internal static class AppText
{
    public static string Table(IReadOnlyList<AppView> apps, bool hasLegend)
    {
        Table table = new();
        if (hasLegend)
        {
            table.Add("NAME", "STATE");
        }

        foreach (AppView app in apps)
        {
            table.Add(app.Name, app.State);
        }

        return table.ToString();
    }

    /// <summary>One `key=value` a line, for scripts; what is not known is left out.</summary>
    public static string Lines(AppView app)
    {
        StringBuilder text = new();
        foreach ((string key, string? value) in new[]
        {
            ("name", app.Name), ("state", app.State), ("image_id", app.ImageId), ("image_name", app.ImageName), ("created_at", app.CreatedAt), ("started_at", app.StartedAt),
            ("finished_at", app.FinishedAt), ("exit_code", app.ExitCode?.ToString()), ("signal", app.Signal), ("oom_killed", app.OomKilled == true ? "true" : null),
            ("health", app.Health?.Status), ("health_failing_streak", app.Health?.FailingStreak.ToString()), ("health_last_check_at", app.Health?.LastCheckAt), ("health_last_exit_code", app.Health?.LastExitCode?.ToString()),
        })
        {
            if (value is not null)
            {
                _ = text.Append(key).Append('=').Append(SafeText.Line(value)).Append('\n');
            }
        }

        return text.ToString();
    }
}
