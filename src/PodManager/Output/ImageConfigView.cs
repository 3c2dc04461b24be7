using PodManager.Pods;

namespace PodManager.Output;

/// <summary>What an image says about its app, as `image inspect` gives it; what it does not say is empty.</summary>
internal sealed record ImageConfigView(
    IReadOnlyList<string> Entrypoint,
    IReadOnlyList<string> Cmd,
    IReadOnlyList<string> Env,
    string User,
    string WorkingDir,
    string StopSignal,
    IReadOnlyList<string> ExposedPorts,
    IReadOnlyList<string> Volumes,
    IReadOnlyDictionary<string, string> Labels,
    ImageHealthView? Healthcheck)
{
    public static ImageConfigView Of(ImageConfig config) => new(
        config.Entrypoint,
        config.Command,
        config.Environment,
        config.User,
        config.WorkingDirectory,
        config.StopSignal,
        config.ExposedPorts,
        config.Volumes,
        config.Labels,
        config.Health is { } health ? ImageHealthView.Of(health) : null);
}

/// <summary>An image's HEALTHCHECK; what it leaves open is left out.</summary>
internal sealed record ImageHealthView(IReadOnlyList<string> Test, string? Interval, string? Timeout, string? StartPeriod, string? StartInterval, int? Retries)
{
    public static ImageHealthView Of(ImageHealth health) => new(
        health.Test, Span(health.Interval), Span(health.Timeout), Span(health.StartPeriod), Span(health.StartInterval), health.Retries);

    private static string? Span(TimeSpan? span) => span is { } duration ? GoDuration.Format(duration) : null;
}
