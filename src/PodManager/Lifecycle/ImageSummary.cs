using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>A line about a stored image.</summary>
/// <param name="Id">Digest of the image's manifest for this platform.</param>
/// <param name="Names">What it is called, sorted; none if its name has gone to a newer image.</param>
/// <param name="SizeBytes">What its files hold, each layer counted once.</param>
/// <param name="SharedBytes">The part of it that is in layers which other images have too.</param>
/// <param name="ImportedAt">When it was fetched.</param>
/// <param name="LastUsedAt">When a pod or a fetch last asked for it.</param>
internal sealed record ImageSummary(
    Digest Id, IReadOnlyList<string> Names, long SizeBytes, long SharedBytes, DateTimeOffset ImportedAt, DateTimeOffset LastUsedAt)
{
    /// <summary>The names under which it was verified, each with the decision.</summary>
    public IReadOnlyList<ImageName> Verified { get; init; } = [];

    /// <summary>What removing it would free, if no pod uses it.</summary>
    public long OwnBytes => SizeBytes - SharedBytes;
}
