using PodManager.Pods;

namespace PodManager.Store;

/// <summary>The file of an image: all that a pod needs to know about it, so that starting one reads no manifest.</summary>
internal sealed record ImageRecord(
    int Version, string Id, DateTimeOffset ImportedAt, ImageConfig Config, IReadOnlyList<ImageRecordPart> Layers, IReadOnlyList<ImageRecordPart> Documents)
{
    public const int CurrentVersion = 1;
}
