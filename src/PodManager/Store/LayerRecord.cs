using PodManager.Lifecycle;

namespace PodManager.Store;

/// <summary>The file `layer.json` beside a layer's root: what <see cref="LayerContent"/> says.</summary>
internal sealed record LayerRecord(int Version, long SizeBytes, long Entries, bool HidesLower, IReadOnlyList<string> ImpliedDirectories)
{
    public const int CurrentVersion = 1;
}
