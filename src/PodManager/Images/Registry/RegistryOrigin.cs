using PodManager.Images.Oci;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images.Registry;

/// <summary>An image in a registry, or in the mirrors of one.</summary>
internal sealed class RegistryOrigin(RegistryRef image, RegistryPlaces places) : ISignatureOrigin
{
    private const int DocumentLimit = 4 << 20;

    private RegistryRequest Named => new($"manifests/{image.Digest?.ToString() ?? image.Tag}", $"manifest '{image.Digest?.ToString() ?? image.Tag}'", MediaTypes.Manifests);

    /// <summary>Asks for the digest of what the name stands for now, without having it sent.</summary>
    /// <returns>Null if the registry does not say: then <see cref="ReadNamedAsync"/> says more.</returns>
    public async Task<Digest?> AskDigestAsync(CancellationToken ct)
    {
        try
        {
            using HttpResponseMessage response = await places.Current.GetAsync(Named with { HeadersOnly = true }, ct);
            return AnnouncedDigest(response);
        }
        catch (Exception refused) when (refused is PodctlException or RetryException)
        {
            return null; // it may not know HEAD, and its refusal would have no words
        }
    }

    public Task<ImageDocument> ReadNamedAsync(CancellationToken ct) => ReadAsync(Named, image.Digest, ct);

    public async Task<ImageDocument> ReadAsync(Blob blob, CancellationToken ct) => Measured(blob, await ReadAsync(RequestFor(blob, "configuration"), blob.Digest, ct));

    public Task<Stream> OpenAsync(Blob blob, CancellationToken ct) => Task.FromResult<Stream>(new ResumingStream(places, blob));

    public Task<ImageDocument?> FindTagAsync(string tag, CancellationToken ct) => FindAsync(
        new RegistryRequest($"manifests/{tag}", $"signatures '{tag}'", MediaTypes.Manifests), expected: null, static code => code == ExitCode.NotFound, ct);

    public async Task<ImageDocument?> FindReferrersAsync(Digest subject, CancellationToken ct)
    {
        // Registries without such lists refuse the path in all sorts of ways; the tag that stands in for it is asked then.
        RegistryRequest request = new($"referrers/{subject}", $"referrers of '{subject}'", [MediaTypes.OciIndex]);
        ImageDocument? list = await FindAsync(request, expected: null, static code => code is ExitCode.NotFound or ExitCode.Failed or ExitCode.NotPermitted, ct);
        return list?.MediaType == MediaTypes.OciIndex ? list : null;
    }

    public async Task<ImageDocument?> ReadBesideAsync(Blob blob, CancellationToken ct) =>
        await FindAsync(RequestFor(blob, "signature"), blob.Digest, static code => code == ExitCode.NotFound, ct) is { } document ? Measured(blob, document) : null;

    public void Dispose() => places.Dispose();

    private static RegistryRequest RequestFor(Blob blob, string what) => blob.SizeBytes > DocumentLimit
        ? throw new PodctlException(ExitCode.Failed, $"'{blob.Digest}' is larger than {DocumentLimit >> 20} MiB")
        : MediaTypes.IsIndex(blob.MediaType) || MediaTypes.IsManifest(blob.MediaType)
            ? new RegistryRequest($"manifests/{blob.Digest}", $"manifest '{blob.Digest}'", MediaTypes.Manifests)
            : new RegistryRequest($"blobs/{blob.Digest}", $"{what} '{blob.Digest}'", Accept: []);

    private static ImageDocument Measured(Blob blob, ImageDocument document) => document.Content.Length == blob.SizeBytes
        ? document with { MediaType = blob.MediaType }
        : throw new PodctlException(ExitCode.Failed, $"'{blob.Digest}' has {document.Content.Length} bytes where {blob.SizeBytes} were announced");

    private Task<ImageDocument> ReadAsync(RegistryRequest request, Digest? expected, CancellationToken ct) => places.AskAsync(place => ReadAsync(place, request, expected, ct));

    private Task<ImageDocument?> FindAsync(RegistryRequest request, Digest? expected, Func<ExitCode, bool> isAbsence, CancellationToken ct) => places.FindAsync<ImageDocument>(async place =>
    {
        try
        {
            return await ReadAsync(place, request, expected, ct);
        }
        catch (PodctlException absent) when (isAbsence(absent.Code))
        {
            return null;
        }
    });

    private static Task<ImageDocument> ReadAsync(RegistryClient place, RegistryRequest request, Digest? expected, CancellationToken ct) => place.Retries.RunAsync(
        async () =>
        {
            using HttpResponseMessage response = await place.GetAsync(request, ct);
            byte[] content = await Refusal.ReadAsync(response, DocumentLimit, request.What, ct);
            Digest actual = ContentHash.Of(content, expected?.Algorithm ?? "sha256");
            Check(actual, expected, request);
            CheckHeader(response, content, request);
            return new ImageDocument(actual, response.Content.Headers.ContentType?.MediaType ?? "", content);
        },
        ct);

    private static void CheckHeader(HttpResponseMessage response, byte[] content, RegistryRequest request)
    {
        if (AnnouncedDigest(response) is { } announced)
        {
            Check(ContentHash.Of(content, announced.Algorithm), announced, request);
        }
    }

    private static Digest? AnnouncedDigest(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Docker-Content-Digest", out IEnumerable<string>? values) && Digest.TryParse(values.First(), out Digest? announced) ? announced : null;

    private static void Check(Digest actual, Digest? expected, RegistryRequest request)
    {
        if (expected is not null && actual != expected)
        {
            throw new PodctlException(ExitCode.Failed, $"{request.What}: what came has the digest '{actual}', not '{expected}'");
        }
    }
}
