using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images;

/// <summary>An image whose manifest and configuration are read and found good; its layers may yet have to be fetched.</summary>
/// <param name="Id">Digest of the manifest.</param>
/// <param name="Config">What the image says about its app.</param>
/// <param name="Layers">Lowest first.</param>
/// <param name="Documents">Manifest, configuration and indexes.</param>
internal sealed record ResolvedImage(Digest Id, ImageConfig Config, IReadOnlyList<ResolvedLayer> Layers, IReadOnlyList<ImageDocument> Documents);
