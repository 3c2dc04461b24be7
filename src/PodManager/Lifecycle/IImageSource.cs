namespace PodManager.Lifecycle;

/// <summary>Gives the images that pods run: from the local store, or fetched first.</summary>
internal interface IImageSource
{
    /// <summary>
    /// The image that <paramref name="reference"/> names (`docker://…`, `oci:DIR[:TAG]`, or the id of a stored image), complete and extracted.
    /// Fetches it if the policy says so.
    /// </summary>
    /// <exception cref="PodctlException">The image cannot be had; the exit code says why.</exception>
    Task<StoredImage> GetAsync(string reference, FetchOptions options, CancellationToken ct);
}

/// <summary>How an image may be fetched.</summary>
/// <param name="Policy">When the registry is asked.</param>
/// <param name="AllowHttp">Plain HTTP is accepted (`--insecure-options=http`).</param>
/// <param name="AllowBadTls">TLS certificates are not verified (`--insecure-options=tls`).</param>
internal sealed record FetchOptions(PullPolicy Policy, bool AllowHttp, bool AllowBadTls);

/// <summary>When a fetch asks the registry.</summary>
internal enum PullPolicy
{
    /// <summary>Only the local store.</summary>
    Never,

    /// <summary>The registry only if the store does not have the name.</summary>
    New,

    /// <summary>Always the registry; what is already here is not transferred again.</summary>
    Update,
}
