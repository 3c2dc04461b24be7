using System.Text.Json.Serialization;
using PodManager.Pods;

namespace PodManager.Images.Oci;

/// <summary>An image's HEALTHCHECK. Times are nanoseconds; 0 leaves them to whoever runs the image.</summary>
internal sealed record OciHealthcheck
{
    private const long NanosecondsPerTick = 100;

    // Docker takes nothing shorter.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    [JsonPropertyName("Test")]
    public IReadOnlyList<string>? Test { get; init => field = JsonLists.WithoutNulls(value); }

    [JsonPropertyName("Interval")]
    public long? Interval { get; init; }

    [JsonPropertyName("Timeout")]
    public long? Timeout { get; init; }

    [JsonPropertyName("StartPeriod")]
    public long? StartPeriod { get; init; }

    [JsonPropertyName("StartInterval")]
    public long? StartInterval { get; init; }

    [JsonPropertyName("Retries")]
    public int? Retries { get; init; }

    public ImageHealth ToImageHealth() => new()
    {
        Test = Test ?? [],
        Interval = Span(Interval),
        Timeout = Span(Timeout),
        StartPeriod = Span(StartPeriod),
        StartInterval = Span(StartInterval),
        Retries = Retries > 0 ? Retries : null,
    };

    private static TimeSpan? Span(long? nanoseconds) =>
        nanoseconds is { } number && TimeSpan.FromTicks(number / NanosecondsPerTick) is { } span && span >= Shortest ? span : null;
}
