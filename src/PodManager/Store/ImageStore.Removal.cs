using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Store;

/// <summary>Removing images, and what is left of earlier removals.</summary>
internal sealed partial class ImageStore
{
    public ImageRemoval Remove(ImageRef reference, CancellationToken ct)
    {
        ImageRemoval removal = TakeAway(reference);
        ct.ThrowIfCancellationRequested(); // what is marked now, the next removal or fetch deletes
        layers.DeleteMarked();
        return removal;
    }

    public IReadOnlyList<ImageRemoval> RemoveUnused(DateTimeOffset unusedSince, IReadOnlySet<string> needed, CancellationToken ct)
    {
        List<ImageRemoval> removals = [];
        foreach (ImageSummary image in List().Where(image => image.LastUsedAt <= unusedSince && !needed.Contains(image.Id.ToString())))
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                removals.Add(TakeAway(ImageRef.Parse(image.Id.ToString())));
            }
            catch (PodctlException e) when (e.Code == ExitCode.NotFound)
            {
                // another podctl was faster
            }
        }

        // All at once, so that it is known from the beginning how much there is to do.
        if (removals.Count > 0)
        {
            layers.DeleteMarked();
        }

        return removals;
    }

    private static PodctlException NotHere(ImageRef reference) =>
        new(ExitCode.NotFound, $"no image '{reference.Name}'", "`podctl image list` shows the images that are here");

    /// <summary>Takes a name, and with the last one the image, off the record, and marks the layers that nothing needs any more.</summary>
    private ImageRemoval TakeAway(ImageRef reference)
    {
        IReadOnlySet<string> podLayers = layersInUse();
        Digest id = Resolve(reference, out _) ?? throw NotHere(reference);
        List<string> removed;
        bool isLastName;
        long freed;
        using (Fd guard = _paths.Lock())
        {
            List<string> names = [.. NamesOf(id)];
            removed = reference is StoredImageRef ? names : [.. names.Where(name => name == reference.Name)];
            isLastName = removed.Count == names.Count;
            if (ReadRecord(id) is null && removed.Count == 0)
            {
                throw NotHere(reference);
            }

            // Names first, so that none ever means an image without a record; the record next, so that it never lists a layer that is gone.
            removed.ForEach(name => File.Delete(_paths.Name(name)));
            SyncDirectory(_paths.Names);
            if (isLastName)
            {
                File.Delete(_paths.Record(id));
                SyncDirectory(_paths.Records);
            }

            freed = MarkUnused(podLayers);
        }

        return new ImageRemoval(id, removed, isLastName, freed);
    }

    /// <summary>Under the store's lock: takes all out of sight that no record and no pod needs.</summary>
    private long MarkUnused(IReadOnlySet<string> podLayers)
    {
        List<ImageRecord> records = [.. ReadRecords()];
        HashSet<string> layerNames = [.. records.SelectMany(static record => record.Layers).Select(static layer => ImagePaths.FileName(ParseDigest(layer.Id)))];
        layerNames.UnionWith(podLayers.Select(static path => Path.GetFileName(Path.GetDirectoryName(path)!)));
        HashSet<string> blobNames = [.. records.SelectMany(static record => record.Documents).Select(static blob => ImagePaths.FileName(ParseDigest(blob.Id)))];
        IEnumerable<string> blobs = Directory.EnumerateFiles(_paths.Blobs).Where(path => !blobNames.Contains(Path.GetFileName(path)));
        IEnumerable<string> unfinished = new[] { _paths.Names, _paths.Records }.SelectMany(static directory =>
            Directory.EnumerateFiles(directory, ".*"));
        foreach (string path in blobs.Concat(unfinished))
        {
            File.Delete(path);
        }

        return layers.MarkUnused(layerNames);
    }
}
