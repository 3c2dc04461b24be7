using System.IO.Compression;
using System.Text;
using PodManager.Images;
using PodManager.Images.Oci;
using PodManager.Pods;
using PodManager.Tests.Images.Tar;

namespace PodManager.Tests.Images;

/// <summary>An image with its documents, as a registry would serve it.</summary>
internal sealed class TestImage
{
    private readonly List<(byte[] Archive, byte[] Blob, string MediaType)> _layers = [];

    public string Architecture { get; init; } = HostPlatform.Current.ToString().Split('/')[1];

    public string Os { get; init; } = "linux";

    /// <summary>The object `config` in the configuration, as JSON.</summary>
    public string AppConfig { get; init; } = """{"Cmd":["/bin/true"]}""";

    /// <summary>As in the configuration; null if that does not say.</summary>
    public string? Created { get; init; }

    public string ManifestType { get; init; } = MediaTypes.OciManifest;

    public string ConfigType { get; init; } = MediaTypes.OciConfig;

    public IReadOnlyList<byte[]> Blobs => [.. _layers.Select(static layer => layer.Blob)];

    public IReadOnlyList<Digest> DiffIds => [.. _layers.Select(static layer => ContentHash.Of(layer.Archive))];

    public byte[] Config => Encoding.UTF8.GetBytes(
        $$$"""{{{{(Created is null ? "" : $"\"created\":\"{Created}\",")}}}"architecture":"{{{Architecture}}}","os":"{{{Os}}}","config":{{{AppConfig}}},"rootfs":{"type":"layers","diff_ids":[{{{Join(DiffIds.Select(static id => $"\"{id}\""))}}}]}}""");

    public byte[] Manifest => Encoding.UTF8.GetBytes(
        $$$"""{"schemaVersion":2,"mediaType":"{{{ManifestType}}}","config":{{{Descriptor(Config, ConfigType)}}},"layers":[{{{Join(_layers.Select(static layer => Descriptor(layer.Blob, layer.MediaType)))}}}]}""");

    public TestImage Layer(TarBuilder archive) => Layer(archive.Build(), Compress(archive.Build()), "application/vnd.oci.image.layer.v1.tar+gzip");

    public TestImage Layer(byte[] archive, byte[] blob, string mediaType)
    {
        _layers.Add((archive, blob, mediaType));
        return this;
    }

    public static byte[] Compress(byte[] archive)
    {
        using MemoryStream blob = new();
        using (GZipStream gzip = new(blob, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(archive);
        }

        return blob.ToArray();
    }

    public static string Descriptor(byte[] content, string mediaType, string more = "") =>
        $$$"""{"mediaType":"{{{mediaType}}}","digest":"{{{ContentHash.Of(content)}}}","size":{{{content.Length}}}{{{more}}}}""";

    public static byte[] Index(params string[] descriptors) =>
        Encoding.UTF8.GetBytes($$$"""{"schemaVersion":2,"mediaType":"{{{MediaTypes.OciIndex}}}","manifests":[{{{Join(descriptors)}}}]}""");

    /// <summary>This image's line in an index.</summary>
    public string Entry() => Descriptor(Manifest, ManifestType, $$$""","platform":{"os":"{{{Os}}}","architecture":"{{{Architecture}}}"}""");

    private static string Join(IEnumerable<string> parts) => string.Join(',', parts);
}
