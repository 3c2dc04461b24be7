using System.Text.Json;
using PodManager.Images.Oci;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images;

/// <summary>An image in a directory in OCI's image layout (OCI image-spec, image-layout.md).</summary>
internal sealed class LayoutOrigin(LayoutRef image) : ISignatureOrigin
{
    private const string TagAnnotation = "org.opencontainers.image.ref.name";
    private const int DocumentLimit = 4 << 20;

    public async Task<ImageDocument> ReadNamedAsync(CancellationToken ct)
    {
        try
        {
            byte[] marker = await ReadFileAsync(Path.Combine(image.Directory, "oci-layout"), ct);
            if (JsonSerializer.Deserialize(marker, OciJson.Default.OciLayoutFile)?.ImageLayoutVersion != "1.0.0")
            {
                throw new PodctlException(ExitCode.Failed, $"'{image.Directory}' has another version of OCI's image layout than 1.0.0");
            }

            OciDescriptor chosen = Choose(await ReadEntriesAsync(ct));
            return await ReadAsync(Blob.From(chosen, "the layout's entry"), ct);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PodctlException(ExitCode.NotFound, $"'{image.Directory}' is no directory in OCI's image layout", cause: missing);
        }
        catch (JsonException damaged)
        {
            throw new PodctlException(ExitCode.Failed, $"'{image.Directory}' is not a valid OCI image layout", cause: damaged);
        }
    }

    public async Task<ImageDocument> ReadAsync(Blob blob, CancellationToken ct)
    {
        await using FileStream file = OpenFile(blob);
        byte[] content = await ReadAllAsync(file, ct);
        Digest actual = ContentHash.Of(content, blob.Digest.Algorithm);
        return actual == blob.Digest
            ? new ImageDocument(actual, blob.MediaType, content)
            : throw new PodctlException(ExitCode.Failed, $"the file of '{blob.Digest}' has the digest '{actual}'");
    }

    public async Task<ImageDocument?> FindTagAsync(string tag, CancellationToken ct)
    {
        try
        {
            OciDescriptor? entry = (await ReadEntriesAsync(ct)).FirstOrDefault(entry => entry.Annotations?.GetValueOrDefault(TagAnnotation) == tag);
            return entry is null ? null : await ReadAsync(Blob.From(entry, $"the layout's entry '{tag}'"), ct);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // an image that was fetched from here earlier is verified again
        }
        catch (JsonException damaged)
        {
            throw new PodctlException(ExitCode.Failed, $"'{image.Directory}' is not a valid OCI image layout", cause: damaged);
        }
    }

    // A layout has no list of referrers but the tag that stands in for one.
    public Task<ImageDocument?> FindReferrersAsync(Digest subject, CancellationToken ct) => Task.FromResult<ImageDocument?>(null);

    public Task<Stream> OpenAsync(Blob blob, CancellationToken ct) => Task.FromResult<Stream>(OpenFile(blob));

    public void Dispose()
    {
    }

    private async Task<IReadOnlyList<OciDescriptor>> ReadEntriesAsync(CancellationToken ct)
    {
        byte[] index = await ReadFileAsync(Path.Combine(image.Directory, "index.json"), ct);
        return JsonSerializer.Deserialize(index, OciJson.Default.OciManifest)?.Manifests ?? [];
    }

    private OciDescriptor Choose(IReadOnlyList<OciDescriptor> entries)
    {
        List<OciDescriptor> matches = [.. entries.Where(entry => image.Tag is null ? !IsBesideAnImage(entry) : entry.Annotations?.GetValueOrDefault(TagAnnotation) == image.Tag)];
        if (matches.Count == 1)
        {
            return matches[0];
        }

        string tags = string.Join(", ", entries.Select(static entry => entry.Annotations?.GetValueOrDefault(TagAnnotation)).OfType<string>().Distinct().Take(10));
        string hint = tags.Length > 0 ? $"it has the tags {tags}" : "it has no tags";
        throw matches.Count == 0
            ? new PodctlException(ExitCode.NotFound, image.Tag is null ? $"'{image.Directory}' holds no image" : $"'{image.Directory}' has no tag '{image.Tag}'", hint)
            : new PodctlException(ExitCode.Usage, $"'{image.Directory}' holds {matches.Count} images{(image.Tag is null ? "" : " of that tag")}", hint);
    }

    // `sha256-HEX`, `sha256-HEX.sig` and the like: what belongs to an image, and is none itself.
    private static bool IsBesideAnImage(OciDescriptor entry) =>
        entry.Annotations?.GetValueOrDefault(TagAnnotation) is { } tag && Digest.TryParse(tag.Split('.')[0].Replace('-', ':'), out _);

    private FileStream OpenFile(Blob blob)
    {
        try
        {
            return Open(Path.Combine(image.Directory, "blobs", blob.Digest.Algorithm, blob.Digest.Hex));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PodctlException(ExitCode.Failed, $"the layout has no file of '{blob.Digest}'", cause: missing);
        }
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);

    private static async Task<byte[]> ReadFileAsync(string path, CancellationToken ct)
    {
        await using FileStream file = Open(path);
        return await ReadAllAsync(file, ct);
    }

    private static async Task<byte[]> ReadAllAsync(FileStream file, CancellationToken ct)
    {
        if (file.Length > DocumentLimit)
        {
            throw new PodctlException(ExitCode.Failed, $"'{file.Name}' is larger than {DocumentLimit >> 20} MiB");
        }

        byte[] content = new byte[file.Length];
        await file.ReadExactlyAsync(content, ct);
        return content;
    }
}
