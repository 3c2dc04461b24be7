using PodManager.Images.Oci;
using PodManager.Lifecycle;

namespace PodManager.Images;

/// <summary>Where an image comes from: a registry, a directory, an archive.</summary>
internal interface IImageOrigin : IDisposable
{
    /// <summary>The manifest or index that the reference names, its digest computed from what came.</summary>
    Task<ImageDocument> ReadNamedAsync(CancellationToken ct);

    /// <summary>A manifest, index or configuration by its digest, verified.</summary>
    Task<ImageDocument> ReadAsync(Blob blob, CancellationToken ct);

    /// <summary>A layer as it comes; the caller verifies it.</summary>
    Task<Stream> OpenAsync(Blob blob, CancellationToken ct);
}
