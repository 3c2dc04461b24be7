using PodManager.Lifecycle;

namespace PodManager.Store;

/// <summary>The file `layer.json` beside a layer's root: what <see cref="LayerContent"/> says, and what its tree was like when it was made.</summary>
internal sealed record LayerRecord(int Version, long SizeBytes, long Entries, bool HidesLower, IReadOnlyList<string> ImpliedDirectories, LayerTreeRecord? Tree = null)
{
    public const int CurrentVersion = 1;
}
