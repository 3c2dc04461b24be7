using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>A layer in the store, extracted.</summary>
/// <param name="Id">Digest of the uncompressed archive (the image configuration's diff_id), or of what else it was made from.</param>
/// <param name="Path">The directory with its files, in overlay's format.</param>
/// <param name="Content">What it holds.</param>
internal sealed record Layer(Digest Id, string Path, LayerContent Content);
