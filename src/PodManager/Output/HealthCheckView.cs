using PodManager.Pods;

namespace PodManager.Output;

/// <summary>How an app's health is checked, as `inspect` gives it, and what the last checks have found, the last first.</summary>
internal sealed record HealthCheckView(
    IReadOnlyList<string> Command, string Interval, string Timeout, int Retries, string StartPeriod, string? StartInterval, string OnFailure, IReadOnlyList<HealthResultView> Log)
{
    public static HealthCheckView Of(HealthCheck check, HealthState? state) => new(
        check.Command,
        GoDuration.Format(check.Interval),
        GoDuration.Format(check.Timeout),
        check.Retries,
        GoDuration.Format(check.StartPeriod),
        check.StartInterval is { } start ? GoDuration.Format(start) : null,
        check.OnFailure.Word(),
        [.. (state ?? HealthState.Unknown).Results.Select(static result => new HealthResultView(Times.Json(result.At), result.ExitCode))]);
}

/// <summary>How one health check ended.</summary>
internal sealed record HealthResultView(string At, int ExitCode);
