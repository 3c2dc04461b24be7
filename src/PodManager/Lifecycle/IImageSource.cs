namespace PodManager.Lifecycle;

/// <summary>Gives the images that pods run: from the local store, or fetched first.</summary>
internal interface IImageSource
{
    /// <summary>
    /// The image that <paramref name="reference"/> names (`docker://…`, `oci:DIR[:TAG]`, or the id of a stored image), complete and extracted.
    /// Fetches it if the policy says so. It stays complete until the store that it is in is disposed.
    /// </summary>
    /// <exception cref="PodctlException">The image cannot be had; the exit code says why.</exception>
    Task<StoredImage> GetAsync(string reference, FetchOptions options, CancellationToken ct);

    /// <summary>Reads the merged file system of an image that <see cref="GetAsync"/> gave.</summary>
    IImageRoot OpenRoot(StoredImage image);
}
