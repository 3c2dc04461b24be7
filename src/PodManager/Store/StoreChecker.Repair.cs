using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <content>What dead processes left, and taking out what is damaged.</content>
internal sealed partial class StoreChecker
{
    private const string InUse = "somebody uses it just now";

    public string? Remove(StoreFault fault)
    {
        if (fault.Layer is { } layer)
        {
            return RemoveLayer(layer);
        }

        if (Directory.Exists(fault.Path) && Path.GetDirectoryName(fault.Path) == _paths.Layers)
        {
            layers.RemoveLeftovers();
            return Directory.Exists(fault.Path) ? InUse : null;
        }

        using Fd guard = _paths.Lock();
        if (fault.Images.Count == 0 && IsAdopted(fault.Path))
        {
            return null; // by an image that came meanwhile
        }

        // Without its record the image is not here, so that it will be fetched whole.
        Delete(fault.Path);
        foreach (Digest image in fault.Images)
        {
            Delete(_paths.Record(image));
        }

        return null;
    }

    private string? RemoveLayer(Digest layer)
    {
        IReadOnlySet<string> needed = layersInUse();
        using (Fd guard = _paths.Lock())
        {
            if (needed.Contains(layers.PathOf(layer)))
            {
                return "a pod needs it (`podctl rm` removes the pod)";
            }

            if (File.Exists(Path.GetDirectoryName(layers.PathOf(layer))))
            {
                File.Delete(Path.GetDirectoryName(layers.PathOf(layer))!); // no layer, whatever it is
                return null;
            }

            if (!layers.TryMark(layer))
            {
                return InUse;
            }
        }

        layers.DeleteMarked();
        return null;
    }

    public IReadOnlyList<string> NamesOf(Digest image) =>
    [
        .. FilesIn(_paths.Names)
            .Select(static path => Read(path, ImageJson.Default.ImageNameRecord, out _))
            .OfType<ImageNameRecord>()
            .Where(name => name.Image == image.ToString())
            .Select(static name => name.Name)
            .Order(StringComparer.Ordinal),
    ];

    public void Forget(Digest image)
    {
        IReadOnlySet<string> needed = layersInUse();
        using (Fd guard = _paths.Lock())
        {
            foreach (string name in NamesOf(image))
            {
                File.Delete(_paths.Name(name));
            }

            File.Delete(_paths.Record(image));
            List<StoreFault> unreadable = [];
            List<ImageRecord> records = [.. ReadRecords(unreadable)];
            if (unreadable.Count > 0)
            {
                return; // nobody can say what they need
            }

            HashSet<string> documents = [.. records.SelectMany(static record => record.Documents).Select(part => _paths.Blob(Parse(part.Id)))];
            foreach (string blob in FilesIn(_paths.Blobs).Where(path => !documents.Contains(path)))
            {
                File.Delete(blob);
            }

            _ = layers.MarkUnused(records.SelectMany(static record => record.Layers).Select(static part => ImagePaths.FileName(Parse(part.Id)))
                .Concat(needed.Select(static path => Path.GetFileName(Path.GetDirectoryName(path)!))).ToHashSet());
        }

        layers.DeleteMarked();
    }

    /// <summary>Half-made things whose makers are dead, and documents that no image has.</summary>
    private void CheckLeftovers(HashSet<string> documents, List<StoreFault> faults)
    {
        if (Directory.Exists(_paths.Layers))
        {
            foreach (string path in Directory.GetDirectories(_paths.Layers, ".*").Where(IsAbandoned).Order(StringComparer.Ordinal))
            {
                faults.Add(new StoreFault($"'{path}' was left by a podctl that died", path, []));
            }
        }

        foreach (string directory in (ReadOnlySpan<string>)[_paths.Blobs, _paths.Records, _paths.Names])
        {
            IEnumerable<string> unfinished = Directory.Exists(directory) ? Directory.GetFiles(directory, ".*").Where(IsAbandoned) : [];
            faults.AddRange(unfinished.Order(StringComparer.Ordinal).Select(static path => new StoreFault($"'{path}' was left by a podctl that died", path, [])));
        }

        // Only when all records were read: otherwise nobody can say whose a document is.
        if (!faults.Exists(fault => fault.Path.StartsWith(_paths.Records, StringComparison.Ordinal)))
        {
            faults.AddRange(FilesIn(_paths.Blobs)
                .Where(path => !documents.Contains(Path.GetFileName(path).Replace('-', ':')))
                .Select(static path => new StoreFault($"'{path}' belongs to no image", path, [])));
        }
    }

    /// <summary>Something in a file's place, whatever it is.</summary>
    private static void Delete(string path)
    {
        if (Directory.Exists(path))
        {
            using Fd parent = Files.Open(Path.GetDirectoryName(path)!, O_RDONLY | O_DIRECTORY);
            TreeRemover.Remove(parent, Path.GetFileName(path));
        }
        else
        {
            File.Delete(path);
        }
    }

    private bool IsAdopted(string blob) => ReadRecords([])
        .SelectMany(static record => record.Documents)
        .Any(part => _paths.Blob(Parse(part.Id)) == blob);

    /// <summary>Whoever still works on it holds a lock on it.</summary>
    private static bool IsAbandoned(string path)
    {
        try
        {
            using Fd file = Files.Open(path, O_RDONLY | O_NOFOLLOW);
            return Files.TryLock(file, exclusive: true);
        }
        catch (NativeException)
        {
            return false; // it has gone meanwhile
        }
    }
}
