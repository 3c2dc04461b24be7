using System.Text.Json;
using PodManager.Images.Oci;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images;

/// <summary>An image in OCI's image layout (OCI image-spec, image-layout.md), in a directory or in an archive, and its signatures beside it.</summary>
/// <param name="files">The layout; closed with this.</param>
/// <param name="tag">Null if the layout is expected to hold one image.</param>
internal sealed class LayoutOrigin(ILayoutFiles files, string? tag) : ISignatureOrigin
{
    private const string TagAnnotation = "org.opencontainers.image.ref.name";

    public async Task<ImageDocument> ReadNamedAsync(CancellationToken ct)
    {
        try
        {
            byte[] marker = await ReadFileAsync("oci-layout", ct);
            if (JsonSerializer.Deserialize(marker, OciJson.Default.OciLayoutFile)?.ImageLayoutVersion != "1.0.0")
            {
                throw new PodctlException(ExitCode.Failed, $"'{files.Place}' has another version of OCI's image layout than 1.0.0");
            }

            OciDescriptor chosen = Choose(await ReadEntriesAsync(ct));
            return await ReadAsync(Blob.From(chosen, "the layout's entry"), ct);
        }
        catch (JsonException damaged)
        {
            throw new PodctlException(ExitCode.Failed, $"'{files.Place}' is not a valid OCI image layout", cause: damaged);
        }
    }

    public async Task<ImageDocument> ReadAsync(Blob blob, CancellationToken ct)
    {
        await using Stream file = OpenBlob(blob);
        byte[] content = await DocumentReader.ReadAsync(file, $"the file of '{blob.Digest}'", ct);
        Digest actual = ContentHash.Of(content, blob.Digest.Algorithm);
        return actual == blob.Digest
            ? new ImageDocument(actual, blob.MediaType, content)
            : throw new PodctlException(ExitCode.Failed, $"the file of '{blob.Digest}' has the digest '{actual}'");
    }

    public async Task<ImageDocument?> FindTagAsync(string name, CancellationToken ct)
    {
        try
        {
            OciDescriptor? entry = (await ReadEntriesAsync(ct)).FirstOrDefault(entry => TagOf(entry) == name);
            return entry is null ? null : await ReadAsync(Blob.From(entry, $"the layout's entry '{name}'"), ct);
        }
        catch (JsonException damaged)
        {
            throw new PodctlException(ExitCode.Failed, $"'{files.Place}' is not a valid OCI image layout", cause: damaged);
        }
        catch (PodctlException gone) when (gone.Code == ExitCode.NotFound)
        {
            return null; // an image that was fetched from here earlier is verified again
        }
    }

    // A layout has no list of referrers but the tag that stands in for one.
    public Task<ImageDocument?> FindReferrersAsync(Digest subject, CancellationToken ct) => Task.FromResult<ImageDocument?>(null);

    public async Task<ImageDocument?> ReadBesideAsync(Blob blob, CancellationToken ct) => await ReadAsync(blob, ct);

    public Task<Stream> OpenAsync(Blob blob, CancellationToken ct) => Task.FromResult(OpenBlob(blob));

    public void Dispose() => files.Dispose();

    private async Task<IReadOnlyList<OciDescriptor>> ReadEntriesAsync(CancellationToken ct)
    {
        byte[] index = await ReadFileAsync("index.json", ct);
        return JsonSerializer.Deserialize(index, OciJson.Default.OciManifest)?.Manifests ?? [];
    }

    private OciDescriptor Choose(IReadOnlyList<OciDescriptor> entries)
    {
        List<OciDescriptor> matches = [.. entries.Where(entry => tag is null ? !IsBesideAnImage(entry) : TagOf(entry) == tag)];
        if (matches.Count == 1)
        {
            return matches[0];
        }

        string tags = string.Join(", ", entries.Select(static entry => entry.Annotations?.GetValueOrDefault(TagAnnotation)).OfType<string>().Distinct().Take(10));
        string hint = tags.Length > 0 ? $"it has the tags {tags}" : "it has no tags";
        throw matches.Count == 0
            ? new PodctlException(ExitCode.NotFound, tag is null ? $"'{files.Place}' holds no image" : $"'{files.Place}' has no tag '{tag}'", hint)
            : new PodctlException(ExitCode.Usage, $"'{files.Place}' holds {matches.Count} images{(tag is null ? "" : " of that tag")}", hint);
    }

    // `sha256-HEX`, `sha256-HEX.sig` and the like: what belongs to an image, and is none itself.
    private static bool IsBesideAnImage(OciDescriptor entry) => TagOf(entry) is { } name && Digest.TryParse(name.Split('.')[0].Replace('-', ':'), out _);

    private static string? TagOf(OciDescriptor entry) => entry.Annotations?.GetValueOrDefault(TagAnnotation);

    private Stream OpenBlob(Blob blob) => files.TryOpen($"blobs/{blob.Digest.Algorithm}/{blob.Digest.Hex}")
        ?? throw new PodctlException(ExitCode.Failed, $"the layout has no file of '{blob.Digest}'");

    private async Task<byte[]> ReadFileAsync(string path, CancellationToken ct)
    {
        await using Stream file = files.TryOpen(path)
            ?? throw new PodctlException(ExitCode.NotFound, $"'{files.Place}' is not in OCI's image layout: it has no file '{path}'");
        return await DocumentReader.ReadAsync(file, $"'{path}'", ct);
    }
}
