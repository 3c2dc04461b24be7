using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>All that the store knows about an image.</summary>
/// <param name="Summary">What listings show.</param>
/// <param name="Config">What the image says about its app.</param>
/// <param name="Layers">The layers of its file system, lowest first.</param>
/// <param name="Manifest">As it came.</param>
/// <param name="Configuration">As it came.</param>
internal sealed record ImageDetails(
    ImageSummary Summary, ImageConfig Config, IReadOnlyList<ImageLayerSummary> Layers, ImageDocument Manifest, ImageDocument Configuration);
