using System.Text.Json;
using PodManager.Images.Archives;
using PodManager.Images.Oci;
using PodManager.Images.Tar;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images.Export;

/// <summary>Puts an archive together. A layer's name and length are known only when it is written: its header is filled in afterwards.</summary>
/// <param name="file">Can be sought.</param>
/// <param name="format">Where things lie in the archive.</param>
internal sealed class ArchiveBuilder(Stream file, ArchiveFormat format)
{
    private const uint DirectoryMode = 0x1ed; // 0755
    private readonly TarWriter _archive = new(file);

    public void Begin()
    {
        if (format == ArchiveFormat.Oci)
        {
            _archive.Write("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8);
            _archive.Write(new TarEntry { Name = "blobs/"u8.ToArray(), Type = TarEntryType.Directory, Mode = DirectoryMode });
            _archive.Write(new TarEntry { Name = "blobs/sha256/"u8.ToArray(), Type = TarEntryType.Directory, Mode = DirectoryMode });
        }
    }

    /// <param name="write">Writes the layer's own archive.</param>
    public Blob AddLayer(Action<Stream> write)
    {
        _archive.Pad();
        long header = file.Position;
        file.Write(new byte[TarBlock.Size]);
        using HashingWriter hashing = new(file);
        write(hashing);
        Blob layer = new(hashing.Finish(), hashing.Length, "");
        long end = file.Position;
        file.Position = header;
        file.Write(TarHeader.BlockOf(new TarEntry
        {
            Name = System.Text.Encoding.ASCII.GetBytes(NameOf(layer.Digest, "tar")),
            Type = TarEntryType.File,
            Mode = TarHeader.PlainFile,
            SizeBytes = layer.SizeBytes,
        }));
        file.Position = end; // a layer is whole blocks
        return layer;
    }

    public void Finish(ImageDocument configuration, IReadOnlyList<Blob> layers, IReadOnlyList<string> names)
    {
        _archive.Write(NameOf(configuration.Digest, "json"), configuration.Content.Span);
        if (format == ArchiveFormat.Oci)
        {
            ImageDocument manifest = ExportDocuments.Manifest(configuration, layers);
            _archive.Write(NameOf(manifest.Digest, "json"), manifest.Content.Span);
            _archive.Write("index.json", ExportDocuments.Index(manifest, names.Count > 0 ? names[0] : null));
        }
        else
        {
            IReadOnlyList<DockerArchiveImage> images =
            [
                new()
                {
                    Config = NameOf(configuration.Digest, "json"),
                    RepoTags = names,
                    Layers = [.. layers.Select(layer => NameOf(layer.Digest, "tar"))],
                },
            ];
            _archive.Write("manifest.json", JsonSerializer.SerializeToUtf8Bytes(images, ArchiveJson.Default.IReadOnlyListDockerArchiveImage));
        }

        _archive.Finish();
    }

    private string NameOf(Digest digest, string suffix) => format == ArchiveFormat.Oci ? $"blobs/sha256/{digest.Hex}" : $"{digest.Hex}.{suffix}";
}
