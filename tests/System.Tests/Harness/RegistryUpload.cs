using System.Net.Http.Headers;

namespace System.Tests.Harness;

/// <summary>Puts blobs and manifests into the test registry (distribution-spec, "Push").</summary>
/// <param name="repository">HOST:PORT/PATH.</param>
internal sealed class RegistryUpload(string repository) : IDisposable
{
    private readonly HttpClient _client = new();
    private readonly string _address = $"http://{repository[..repository.IndexOf('/', StringComparison.Ordinal)]}/v2{repository[repository.IndexOf('/', StringComparison.Ordinal)..]}";

    public async Task<string> PutBlobAsync(byte[] content, CancellationToken ct)
    {
        using HttpResponseMessage start = (await _client.PostAsync(new Uri($"{_address}/blobs/uploads/"), content: null, ct)).EnsureSuccessStatusCode();
        UriBuilder place = new(new Uri(new Uri(_address), start.Headers.Location!));
        string digest = OciImage.Digest(content);
        place.Query = $"{place.Query.TrimStart('?')}&digest={digest}";
        using HttpResponseMessage end = (await _client.PutAsync(place.Uri, new ByteArrayContent(content), ct)).EnsureSuccessStatusCode();
        return digest;
    }

    public async Task PutManifestAsync(string tag, byte[] content, CancellationToken ct)
    {
        using ByteArrayContent body = new(content);
        body.Headers.ContentType = new MediaTypeHeaderValue(OciImage.ManifestType);
        using HttpResponseMessage end = (await _client.PutAsync(new Uri($"{_address}/manifests/{tag}"), body, ct)).EnsureSuccessStatusCode();
    }

    public void Dispose() => _client.Dispose();
}
