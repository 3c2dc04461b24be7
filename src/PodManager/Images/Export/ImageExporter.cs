using System.Buffers;
using Common.Native;
using Microsoft.Win32.SafeHandles;
using PodManager.Images.Oci;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images.Export;

/// <summary>Makes archives and directories of stored images.</summary>
internal sealed class ImageExporter(IImageStore images, ILayerStore layers, IProgressSink progress) : IImageExporter
{
    private const int PieceBytes = 1 << 20;

    public Task ExportAsync(ImageExport export, string file, bool overwrite, CancellationToken ct) => WriteAsync(output => BuildAsync(export, output, ct), file, overwrite);

    public Task ExportAsync(ImageExport export, Action<ReadOnlyMemory<byte>> output, CancellationToken ct) => WriteAsync(file => BuildAsync(export, file, ct), output, ct);

    public Task ExportPodAsync(PodExport export, string file, bool overwrite, CancellationToken ct) => WriteAsync(output => BuildAsync(export, output, ct), file, overwrite);

    public Task ExportPodAsync(PodExport export, Action<ReadOnlyMemory<byte>> output, CancellationToken ct) => WriteAsync(file => BuildAsync(export, file, ct), output, ct);

    public void Extract(ImageExtraction extraction, CancellationToken ct) => new ImageExtractor(progress).Extract(extraction, ct);

    private static async Task WriteAsync(Func<FileStream, Task> build, string file, bool overwrite)
    {
        using OutputFile output = new(Path.GetFullPath(file), overwrite);
        await build(output.Stream);
        output.Complete();
    }

    private async Task WriteAsync(Func<FileStream, Task> build, Action<ReadOnlyMemory<byte>> output, CancellationToken ct)
    {
        // Headers are filled in afterwards, which a pipe does not allow.
        Fd scratch = images.MakeScratchFile();
        await using FileStream whole = new(new SafeFileHandle(scratch.Number, ownsHandle: true), FileAccess.ReadWrite, bufferSize: 0);
        scratch.SetHandleAsInvalid(); // the stream closes it
        await build(whole);
        whole.Position = 0;
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        int got;
        while ((got = await whole.ReadAsync(piece, ct)) > 0)
        {
            output(piece.AsMemory(0, got));
        }

        ArrayPool<byte>.Shared.Return(piece);
    }

    private async Task BuildAsync(PodExport export, FileStream file, CancellationToken ct)
    {
        IReadOnlyList<Digest> ids = [.. export.App.Layers.Select(DigestOf)];
        List<ILayerHold> holds = [];
        try
        {
            foreach (Digest id in ids)
            {
                holds.Add(await layers.HoldAsync(id, ct));
            }

            IReadOnlyList<Layer> lower = [.. holds.Zip(ids).Select(static pair => pair.First.Layer ?? throw Missing(pair.Second))];
            using UpperChanges? changes = export.Upper is null ? null : UpperChanges.Find(export, ct);
            using IProgressItem item = progress.Start($"Exporting {export.App.Name}", lower.Sum(static layer => layer.Content.SizeBytes) + (changes?.SizeBytes ?? 0));
            ArchiveBuilder archive = new(file, ArchiveFormat.Oci);
            archive.Begin();
            List<Blob> blobs = [.. lower.Select(layer => archive.AddLayer(output => LayerPacker.Pack(layer, output, item, ct)))];
            if (changes is not null)
            {
                blobs.Add(archive.AddLayer(output => LayerPacker.Pack(export.Upper!, changes, export.Ids, output, item, ct)));
            }

            archive.Finish(PodDocuments.Configuration(export, BaseOf(export), ids, blobs), blobs, []);
            item.Complete();
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or NativeException)
        {
            throw new PodctlException(ExitCode.Failed, $"cannot export pod '{export.Pod.Uuid}'", cause: failure);
        }
        finally
        {
            holds.ForEach(static hold => hold.Dispose());
        }
    }

    /// <summary>The configuration of the app's image.</summary>
    /// <returns>Null if it is gone from the store; its layers are not, as long as there is the pod.</returns>
    private ImageDocument? BaseOf(PodExport export)
    {
        try
        {
            return images.Describe(ImageRef.Parse(export.App.Image.Id)).Configuration;
        }
        catch (PodctlException e) when (e.Code == ExitCode.NotFound)
        {
            export.Note($"image '{export.App.Image.Name}' is not in the store any more: what it says of environment, ports and labels is not in the archive");
            return null;
        }
    }

    /// <summary>The store keeps a layer's files in `layers/ALG-HEX/root`.</summary>
    private static Digest DigestOf(string layer) => Digest.TryParse(Path.GetFileName(Path.GetDirectoryName(layer))!.Replace('-', ':'), out Digest? digest)
        ? digest
        : throw new PodctlException(ExitCode.Failed, $"'{layer}' is no layer of the store's");

    private async Task BuildAsync(ImageExport export, FileStream file, CancellationToken ct)
    {
        ImageDetails image = export.Image;
        List<ILayerHold> holds = [];
        using IProgressItem item = progress.Start($"Exporting {image.Summary.Id.Short}", image.Layers.Sum(static layer => layer.SizeBytes));
        try
        {
            foreach (ImageLayerSummary layer in image.Layers)
            {
                holds.Add(await layers.HoldAsync(layer.Id, ct));
            }

            ArchiveBuilder archive = new(file, export.Format);
            archive.Begin();
            List<Blob> blobs = [];
            foreach ((ILayerHold hold, ImageLayerSummary layer) in holds.Zip(image.Layers))
            {
                blobs.Add(archive.AddLayer(output => LayerPacker.Pack(hold.Layer ?? throw Missing(layer.Id), output, item, ct)));
            }

            archive.Finish(ExportDocuments.Configuration(image, blobs), blobs, NamesIn(export));
            item.Complete();
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or NativeException)
        {
            throw new PodctlException(ExitCode.Failed, $"cannot export image '{image.Summary.Id.Short}'", cause: failure);
        }
        finally
        {
            holds.ForEach(static hold => hold.Dispose());
        }
    }

    /// <summary>Only a name with a tag is one in an archive; of an image in a layout it is the tag that counts.</summary>
    private static List<string> NamesIn(ImageExport export) =>
    [
        .. export.Names
            .Select(static name => ImageRef.TryParse(name, out ImageRef? image, out _) is null ? image : null)
            .Select(image => image switch
            {
                RegistryRef { Digest: null } registry => registry.Name,
                LayoutRef layout when export.Format == ArchiveFormat.Oci => layout.Tag,
                ArchiveRef archive when export.Format == ArchiveFormat.Oci || archive.Format == ArchiveFormat.Docker => archive.Selector,
                _ => null,
            })
            .OfType<string>(),
    ];

    private static PodctlException Missing(Digest layer) => new(ExitCode.Failed, $"the image store is damaged: layer '{layer}' is missing", "`podctl image fsck --repair` fetches it again");
}
