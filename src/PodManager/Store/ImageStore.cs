using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <summary>The images on record below `images/`. The files say all; nothing is remembered between calls but the layers that are held.</summary>
/// <param name="dataDirectory">As given to <paramref name="layers"/>.</param>
/// <param name="layers">Where the layers are.</param>
/// <param name="layersInUse">The paths of the layers that pods need, running or not (<see cref="IPodStore.LayersInUse"/>).</param>
/// <param name="clock">For the times that listings show.</param>
internal sealed partial class ImageStore(string dataDirectory, LayerStore layers, Func<IReadOnlySet<string>> layersInUse, TimeProvider clock) : IImageStore
{
    private const uint PrivateFile = 0x180; // 0600

    private readonly ImagePaths _paths = new(dataDirectory);
    private readonly List<Fd> _held = [];

    public void RemoveLeftovers()
    {
        layers.RemoveLeftovers();
        foreach (string directory in new[] { _paths.Blobs, _paths.Records, _paths.Names })
        {
            Files.RemoveAbandoned(directory);
        }
    }

    public StoredImage? Find(ImageRef reference)
    {
        Digest? id = Resolve(reference, out ImageName? named);
        ImageRecord? record = id is null ? null : ReadRecord(id);
        if (record is null)
        {
            return null;
        }

        List<Digest> layerIds = [.. record.Layers.Select(static layer => ParseDigest(layer.Id))];
        if (!TryHold(layerIds))
        {
            // Removed a moment ago, or by hand: then the image is not here any more.
            return null;
        }

        TouchRecord(id!);
        List<ImageName> names = [.. reference is StoredImageRef ? ReadNamesOf(id!) : [named!]];
        return new StoredImage(id!, names.Count > 0 ? names[0].Name : id!.ToString(), record.Config, [.. layerIds.Select(layers.PathOf)]) { Names = names };
    }

    public bool HasDocument(Digest image, Digest document) => ReadRecord(image)?.Documents.Any(part => part.Id == document.ToString()) ?? false;

    public StoredImage Add(NewImage image)
    {
        _paths.Create();
        using (Fd guard = _paths.Lock())
        {
            // In this order: whatever a crash leaves, a name never means an image that is not whole.
            SyncDirectory(_paths.Layers);
            foreach (ImageDocument document in image.Documents.Where(document => !File.Exists(_paths.Blob(document.Digest))))
            {
                Files.Replace(_paths.Blob(document.Digest), document.Content.Span, PrivateFile);
            }

            WriteRecord(image);
            WriteName(image.Name, image.Id, image.Trust);
        }

        // Now that it is on record, hold it like any image that was found.
        return TryHold([.. image.Layers.Select(static layer => layer.Id)])
            ? new StoredImage(image.Id, image.Name, image.Config, [.. image.Layers.Select(static layer => layer.Path)]) { Names = [new ImageName(image.Name, image.Trust)] }
            : throw new InvalidOperationException($"image '{image.Name}' was added without holding its layers");
    }

    public IReadOnlyList<ImageDocument> ManifestsOf(Digest id)
    {
        // In the order in which they were found: what the name stands for, then whatever that leads to.
        List<ImageRecordPart> parts = [.. ReadRecord(id)?.Documents ?? []];
        int manifest = parts.FindIndex(part => part.Id == id.ToString());
        IEnumerable<ImageRecordPart> chosen = manifest <= 0 ? parts.Take(manifest + 1) : [parts[0], parts[manifest]];
        return [.. chosen.Select(ReadDocument)];
    }

    public void SetTrust(string name, Digest id, TrustRecord trust)
    {
        using Fd guard = _paths.Lock();
        if (ReadName(name)?.Image == id.ToString())
        {
            WriteName(name, id, trust);
        }
    }

    public Fd MakeScratchFile()
    {
        _paths.Create();
        string path = Path.Combine(_paths.Blobs, $".scratch-{Guid.NewGuid():N}.tmp");
        Fd file = Files.Open(path, O_RDWR | O_CREAT | O_EXCL, PrivateFile);
        File.Delete(path);
        return file;
    }

    public void Dispose()
    {
        _held.ForEach(static hold => hold.Dispose());
        _held.Clear();
    }

    /// <summary>The id that a reference stands for, if it is on record.</summary>
    private Digest? Resolve(ImageRef reference, out ImageName? named)
    {
        named = null;
        if (reference is not StoredImageRef prefix)
        {
            ImageNameRecord? name = ReadName(reference.Name);
            named = name is null ? null : new ImageName(name.Name, name.Trust);
            return name is null ? null : ParseDigest(name.Image);
        }

        List<Digest> matches = [.. RecordIds().Where(prefix.Matches)];
        return matches.Count <= 1
            ? matches.FirstOrDefault()
            : throw new PodctlException(
                ExitCode.Usage,
                $"ambiguous image ID '{prefix.Name}': {string.Join(", ", matches.Take(3).Select(static id => id.Short))}{(matches.Count > 3 ? "…" : "")}",
                "give more digits of the id");
    }

    private bool TryHold(IReadOnlyList<Digest> layerIds)
    {
        List<Fd> locks = [];
        foreach (Digest id in layerIds)
        {
            Fd? held = layers.TryLockComplete(id);
            if (held is null)
            {
                locks.ForEach(static other => other.Dispose());
                return false;
            }

            locks.Add(held);
        }

        _held.AddRange(locks);
        return true;
    }

    private IEnumerable<string> NamesOf(Digest id) => ReadNamesOf(id).Select(static name => name.Name);

    private IEnumerable<ImageName> ReadNamesOf(Digest id)
    {
        string text = id.ToString();
        return ReadNames().Where(name => name.Image == text).Select(static name => new ImageName(name.Name, name.Trust)).OrderBy(static name => name.Name, StringComparer.Ordinal);
    }

    private static void SyncDirectory(string path)
    {
        using Fd directory = Files.Open(path, O_RDONLY | O_DIRECTORY);
        Files.Sync(directory, path);
    }

    private static Digest ParseDigest(string text) => Digest.TryParse(text, out Digest? digest)
        ? digest
        : throw new PodctlException(ExitCode.Failed, $"the image store is damaged: '{text}' is not a digest");
}
