using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>A fetched image on its way into the store.</summary>
/// <param name="Id">Digest of the manifest.</param>
/// <param name="Name">The normalised name it was asked for by.</param>
/// <param name="Config">What the image says about its app.</param>
/// <param name="Layers">The layers of its file system, lowest first, none twice.</param>
/// <param name="Documents">The manifest, the configuration, and the index they were found by, to be kept as they came.</param>
internal sealed record NewImage(
    Digest Id, string Name, ImageConfig Config, IReadOnlyList<Layer> Layers, IReadOnlyList<ImageDocument> Documents)
{
    /// <summary>Why it may run under this name; null if that was not verified.</summary>
    public TrustRecord? Trust { get; init; }
}
