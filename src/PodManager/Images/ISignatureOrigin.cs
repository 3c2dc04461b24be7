using PodManager.Images.Oci;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images;

/// <summary>An origin of images that can hold signatures beside them.</summary>
internal interface ISignatureOrigin : IImageOrigin
{
    /// <summary>The manifest or index that a tag beside the image names, its digest computed from what came.</summary>
    /// <returns>Null if there is no such tag.</returns>
    Task<ImageDocument?> FindTagAsync(string tag, CancellationToken ct);

    /// <summary>The index of what refers to a manifest (distribution-spec, "Listing Referrers").</summary>
    /// <returns>Null if such lists are not kept here.</returns>
    Task<ImageDocument?> FindReferrersAsync(Digest subject, CancellationToken ct);

    /// <summary>Reads a manifest or a blob that belongs to a signature.</summary>
    /// <returns>Null if it is not there.</returns>
    Task<ImageDocument?> ReadBesideAsync(Blob blob, CancellationToken ct);
}
