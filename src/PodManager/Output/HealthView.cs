using PodManager.Pods;

namespace PodManager.Output;

/// <summary>An app's health in JSON: `starting`, `healthy` or `unhealthy`.</summary>
internal sealed record HealthView(string Status, int FailingStreak, string? LastCheckAt, int? LastExitCode)
{
    public static HealthView Of(HealthState health) => new(
        health.Status, health.FailingStreak, health.Results is [{ } last, ..] ? Times.Json(last.At) : null, health.Results is [{ } result, ..] ? result.ExitCode : null);
}
