using PodManager.Images.Oci;
using PodManager.Pods;

namespace PodManager.Images;

/// <summary>A layer to be fetched.</summary>
/// <param name="Blob">As it is transferred.</param>
/// <param name="DiffId">Digest of its archive without compression.</param>
internal sealed record ResolvedLayer(Blob Blob, Digest DiffId);
