using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>An image in the store, ready to be the lower part of an app's root.</summary>
/// <param name="Id">Digest of the image's manifest for this platform.</param>
/// <param name="Name">The normalised name it was asked for by, e.g. `127.0.0.1:5000/busybox:latest`.</param>
/// <param name="Config">What the image says about its app.</param>
/// <param name="Layers">Absolute paths of the extracted layers, lowest first, in overlay's format (whiteouts are 0/0 devices, opaque directories carry trusted.overlay.opaque).</param>
internal sealed record StoredImage(Digest Id, string Name, ImageConfig Config, IReadOnlyList<string> Layers)
{
    /// <summary>The name it was found by, or all names of an image that was found by its id.</summary>
    public IReadOnlyList<ImageName> Names { get; init; } = [];
}
