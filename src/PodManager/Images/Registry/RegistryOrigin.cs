using PodManager.Images.Oci;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images.Registry;

/// <summary>An image in a registry.</summary>
internal sealed class RegistryOrigin(RegistryRef image, FetchOptions options, TimeProvider clock) : ISignatureOrigin
{
    private const int DocumentLimit = 4 << 20;

    private readonly RegistryClient _client = new(image, options, clock);

    public Task<ImageDocument> ReadNamedAsync(CancellationToken ct)
    {
        string name = image.Digest?.ToString() ?? image.Tag!;
        return ReadAsync(new RegistryRequest($"manifests/{name}", $"manifest '{name}'", MediaTypes.Manifests), image.Digest, ct);
    }

    public async Task<ImageDocument> ReadAsync(Blob blob, CancellationToken ct)
    {
        if (blob.SizeBytes > DocumentLimit)
        {
            throw new PodctlException(ExitCode.Failed, $"'{blob.Digest}' is larger than {DocumentLimit >> 20} MiB");
        }

        RegistryRequest request = MediaTypes.IsIndex(blob.MediaType) || MediaTypes.IsManifest(blob.MediaType)
            ? new RegistryRequest($"manifests/{blob.Digest}", $"manifest '{blob.Digest}'", MediaTypes.Manifests)
            : new RegistryRequest($"blobs/{blob.Digest}", $"configuration '{blob.Digest}'", Accept: []);
        ImageDocument document = await ReadAsync(request, blob.Digest, ct);
        return document.Content.Length == blob.SizeBytes
            ? document with { MediaType = blob.MediaType }
            : throw new PodctlException(ExitCode.Failed, $"'{blob.Digest}' has {document.Content.Length} bytes where {blob.SizeBytes} were announced");
    }

    public Task<Stream> OpenAsync(Blob blob, CancellationToken ct) => Task.FromResult<Stream>(new ResumingStream(_client, blob));

    public async Task<ImageDocument?> FindTagAsync(string tag, CancellationToken ct)
    {
        try
        {
            return await ReadAsync(new RegistryRequest($"manifests/{tag}", $"signatures '{tag}'", MediaTypes.Manifests), expected: null, ct);
        }
        catch (PodctlException missing) when (missing.Code == ExitCode.NotFound)
        {
            return null;
        }
    }

    public async Task<ImageDocument?> FindReferrersAsync(Digest subject, CancellationToken ct)
    {
        try
        {
            ImageDocument list = await ReadAsync(new RegistryRequest($"referrers/{subject}", $"referrers of '{subject}'", [MediaTypes.OciIndex]), expected: null, ct);
            return list.MediaType == MediaTypes.OciIndex ? list : null;
        }
        catch (PodctlException unknown) when (unknown.Code is ExitCode.NotFound or ExitCode.Failed or ExitCode.NotPermitted)
        {
            // Registries without such lists refuse the path in all sorts of ways; the tag that stands in for it is asked then.
            return null;
        }
    }

    public void Dispose() => _client.Dispose();

    private Task<ImageDocument> ReadAsync(RegistryRequest request, Digest? expected, CancellationToken ct) => _client.Retries.RunAsync(
        async () =>
        {
            using HttpResponseMessage response = await _client.GetAsync(request, ct);
            byte[] content = await Refusal.ReadAsync(response, DocumentLimit, request.What, ct);
            Digest actual = ContentHash.Of(content, expected?.Algorithm ?? "sha256");
            Check(actual, expected, request);
            CheckHeader(response, content, request);
            return new ImageDocument(actual, response.Content.Headers.ContentType?.MediaType ?? "", content);
        },
        ct);

    private static void CheckHeader(HttpResponseMessage response, byte[] content, RegistryRequest request)
    {
        if (response.Headers.TryGetValues("Docker-Content-Digest", out IEnumerable<string>? values) && Digest.TryParse(values.First(), out Digest? announced))
        {
            Check(ContentHash.Of(content, announced.Algorithm), announced, request);
        }
    }

    private static void Check(Digest actual, Digest? expected, RegistryRequest request)
    {
        if (expected is not null && actual != expected)
        {
            throw new PodctlException(ExitCode.Failed, $"{request.What}: what came has the digest '{actual}', not '{expected}'");
        }
    }
}
