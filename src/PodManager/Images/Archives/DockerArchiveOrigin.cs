using System.Buffers;
using System.Text.Json;
using PodManager.Images.Oci;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images.Archives;

/// <summary>
/// An image in an archive that `docker save` wrote. It has no manifest of the kind that registries have: one is made here, of the configuration
/// and of the layers as they lie in the archive, so that everything after this is as for any image. An archive always gives the same manifest.
/// </summary>
internal sealed class DockerArchiveOrigin(TarArchive archive, ArchiveRef image, string place) : IImageOrigin
{
    private const string LayerType = "application/vnd.docker.image.rootfs.diff.tar";
    private const int PieceBytes = 256 << 10;

    private readonly Dictionary<Digest, string> _layers = [];
    private ImageDocument? _config;

    public async Task<ImageDocument> ReadNamedAsync(CancellationToken ct)
    {
        DockerArchiveImage chosen = DockerArchiveChoice.Choose(await ReadListAsync(ct), image, place);
        if (chosen.Config is null || chosen.Layers is null)
        {
            throw Damaged("an image has no configuration or no layers");
        }

        _config = await ReadConfigAsync(chosen.Config, ct);
        IReadOnlyList<string> diffIds = DiffIdsOf(_config);
        if (diffIds.Count != chosen.Layers.Count)
        {
            throw Damaged($"an image has {chosen.Layers.Count} layers and a configuration of {diffIds.Count}");
        }

        List<OciDescriptor> layers = [];
        foreach ((string path, string diffId) in chosen.Layers.Zip(diffIds))
        {
            layers.Add(await DescribeAsync(path, diffId, ct));
        }

        OciManifest manifest = new()
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.DockerManifest,
            Config = new OciDescriptor { MediaType = MediaTypes.DockerConfig, Digest = _config.Digest.ToString(), Size = _config.Content.Length },
            Layers = layers,
        };
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(manifest, ArchiveJson.Default.OciManifest);
        return new ImageDocument(ContentHash.Of(content), MediaTypes.DockerManifest, content);
    }

    public Task<ImageDocument> ReadAsync(Blob blob, CancellationToken ct) => Task.FromResult(
        _config is not null && blob.Digest == _config.Digest ? _config : throw new InvalidOperationException($"'{blob.Digest}' is not the configuration"));

    public Task<Stream> OpenAsync(Blob blob, CancellationToken ct) => Task.FromResult<Stream>(Open(_layers[blob.Digest]));

    public void Dispose() => archive.Dispose();

    private async Task<IReadOnlyList<DockerArchiveImage>> ReadListAsync(CancellationToken ct)
    {
        await using Stream? file = archive.TryOpen("manifest.json");
        if (file is null)
        {
            bool isLayout = archive.TryOpen("oci-layout") is not null;
            throw new PodctlException(
                ExitCode.NotFound,
                $"'{place}' is no archive of `docker save`: it has no file 'manifest.json'",
                isLayout ? $"it is in OCI's layout: use oci-archive:{place}" : "versions before Docker 1.10 wrote others");
        }

        try
        {
            return JsonLists.WithoutNulls(
                JsonSerializer.Deserialize(await DocumentReader.ReadAsync(file, "'manifest.json'", ct), ArchiveJson.Default.IReadOnlyListDockerArchiveImage)) ?? [];
        }
        catch (JsonException damaged)
        {
            throw new PodctlException(ExitCode.Failed, $"'{place}' is damaged: 'manifest.json' is not valid", cause: damaged);
        }
    }

    private async Task<ImageDocument> ReadConfigAsync(string path, CancellationToken ct)
    {
        await using Stream file = Open(path);
        byte[] content = await DocumentReader.ReadAsync(file, $"'{path}'", ct);
        Digest actual = ContentHash.Of(content);
        Check(path, actual);
        return new ImageDocument(actual, MediaTypes.DockerConfig, content);
    }

    private IReadOnlyList<string> DiffIdsOf(ImageDocument config)
    {
        try
        {
            return JsonSerializer.Deserialize(config.Content.Span, OciJson.Default.OciImage)?.RootFs?.DiffIds ?? [];
        }
        catch (JsonException damaged)
        {
            throw new PodctlException(ExitCode.Failed, $"'{place}' is damaged: a configuration is not valid JSON", cause: damaged);
        }
    }

    /// <summary>A layer that lies there plain has the digest that the configuration says, which is verified when it is read. Of a compressed one nothing says the digest.</summary>
    private async Task<OciDescriptor> DescribeAsync(string path, string text, CancellationToken ct)
    {
        Digest diffId = Digest.TryParse(text, out Digest? parsed) ? parsed : throw Damaged($"a configuration has an invalid digest: '{text}'");
        await using Stream file = Open(path);
        byte[] head = new byte[4];
        _ = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, ct);
        string compression = head switch { [0x1f, 0x8b, ..] => ".gzip", [0x28, 0xb5, 0x2f, 0xfd] => ".zstd", _ => "" };
        Digest digest = compression.Length == 0 ? diffId : await HashAsync(path, ct);
        _layers[digest] = path;
        return new OciDescriptor { MediaType = LayerType + compression, Digest = digest.ToString(), Size = file.Length };
    }

    private async Task<Digest> HashAsync(string path, CancellationToken ct)
    {
        using ContentHash hash = new("sha256");
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        await using Stream file = Open(path);
        int got;
        while ((got = await file.ReadAsync(piece, ct)) > 0)
        {
            hash.Append(piece.AsSpan(0, got));
        }

        ArrayPool<byte>.Shared.Return(piece);
        return hash.Finish();
    }

    private SectionStream Open(string path) => archive.TryOpen(path) ?? throw Damaged($"it has no file '{path}'");

    /// <summary>A configuration is called by its digest, `HEX.json` or `blobs/sha256/HEX`.</summary>
    private void Check(string path, Digest actual)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        if (Digest.TryParse($"sha256:{name}", out Digest? named) && named != actual)
        {
            throw Damaged($"the file '{path}' has the digest '{actual}'");
        }
    }

    private PodctlException Damaged(string why) => new(ExitCode.Failed, $"'{place}' is damaged: {why}");
}
