using Common.Native;
using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>
/// The images on this host: what they are called, which layers they have, when they were used. An image that was found or added stays whole until
/// this object is disposed, whatever another process removes meanwhile; a pod must be on record as its user by then.
/// </summary>
internal interface IImageStore : IDisposable
{
    /// <summary>The image that a name or the beginning of an id stands for; it counts as used now.</summary>
    /// <returns>Null if it is not here.</returns>
    /// <exception cref="PodctlException">Several images' ids begin so.</exception>
    StoredImage? Find(ImageRef reference);

    /// <summary>Whether an image's manifest, or an index that it was found by, has this digest.</summary>
    bool HasDocument(Digest image, Digest document);

    /// <summary>Every image, in the order of their import.</summary>
    IReadOnlyList<ImageSummary> List();

    /// <summary>All about the image that a name or the beginning of an id stands for; looking does not count as use.</summary>
    /// <exception cref="PodctlException">There is no such image, the id is ambiguous, or the store is damaged.</exception>
    ImageDetails Describe(ImageRef reference);

    /// <summary>Puts an image on record whose layers are in the store and held, and gives it its name, which another image may lose by that.</summary>
    StoredImage Add(NewImage image);

    /// <summary>The manifest of an image that is here, and before it the index it was found by, if there is one.</summary>
    IReadOnlyList<ImageDocument> ManifestsOf(Digest id);

    /// <summary>Notes why an image may run under a name, if the name is still its own.</summary>
    void SetTrust(string name, Digest id, TrustRecord trust);

    /// <summary>
    /// Removes a name, and the image with its last name; by an id, removes all its names and the image. Layers that no image and no pod needs any more
    /// are deleted, whoever left them behind.
    /// </summary>
    /// <exception cref="PodctlException">There is no such image, or the id is ambiguous.</exception>
    ImageRemoval Remove(ImageRef reference, CancellationToken ct);

    /// <summary>Removes the images that nobody has used since a moment, with all their names, and layers that nothing needs any more.</summary>
    /// <param name="unusedSince">An image that was used later stays.</param>
    /// <param name="needed">Images that stay in any case.</param>
    /// <param name="ct">Ends it early.</param>
    /// <returns>What was removed.</returns>
    IReadOnlyList<ImageRemoval> RemoveUnused(DateTimeOffset unusedSince, IReadOnlySet<string> needed, CancellationToken ct);

    /// <summary>Makes a file in the store's file system that has no name: nothing of it is left when it is closed, or podctl dies.</summary>
    Fd MakeScratchFile();

    /// <summary>Removes what processes that died left half made.</summary>
    void RemoveLeftovers();
}
