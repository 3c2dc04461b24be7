using System.Text;
using System.Text.Json;
using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <summary>
/// The directories below `layers/`. A layer is made in `.staging-ID` and renamed to `ID` when it is complete. The lock on it is a flock(2) on the
/// directory itself, which the rename does not disturb: who dies loses it, and who waited for it finds the layer complete or takes over.
/// </summary>
/// <param name="dataDirectory">Holds `layers/`.</param>
/// <param name="clock">For waiting.</param>
/// <param name="progress">Told about layers that are removed, which takes long.</param>
internal sealed class LayerStore(string dataDirectory, TimeProvider clock, IProgressSink progress) : ILayerStore
{
    /// <summary>The layer's own files; beside them lies what the store knows about the layer.</summary>
    internal const string RootName = "root";

    internal const string RecordName = "layer.json";

    private const string StagingPrefix = ".staging-";
    private const string DeletingPrefix = ".deleting-";
    private static readonly TimeSpan WaitStep = TimeSpan.FromMilliseconds(50);

    private readonly ImagePaths _paths = new(dataDirectory);
    private readonly LayerSync _sync = new(dataDirectory);

    public async Task<ILayerHold> HoldAsync(Digest id, CancellationToken ct)
    {
        _paths.Create();
        while (true)
        {
            if ((TryHold(id) ?? TryStage(id)) is LayerHold hold)
            {
                return hold;
            }

            // flock(2) has no event to wait for that a cancellation could interrupt.
            await Task.Delay(WaitStep, clock, ct);
        }
    }

    public void RemoveLeftovers()
    {
        if (!Directory.Exists(_paths.Layers))
        {
            return;
        }

        foreach (string name in Names())
        {
            if (name.StartsWith(StagingPrefix, StringComparison.Ordinal))
            {
                using Fd? dead = TryLock(name, exclusive: true);
                if (dead is not null)
                {
                    MarkForDeletion(name);
                }
            }
        }

        DeleteMarked();
    }

    /// <summary>The root of a layer that is complete.</summary>
    internal string PathOf(Digest id) => Path.Combine(_paths.Layers, ImagePaths.FileName(id), RootName);

    /// <summary>Locks a layer that is complete against removal.</summary>
    /// <returns>Null if it is not complete, or is just being removed.</returns>
    internal Fd? TryLockComplete(Digest id) => TryLock(ImagePaths.FileName(id), exclusive: false);

    internal string StagingDirectory(Digest id) => Path.Combine(_paths.Layers, StagingPrefix + ImagePaths.FileName(id));

    internal Task SyncAsync() => _sync.SyncAsync();

    internal void WriteRecord(Digest id, LayerContent content, CancellationToken ct)
    {
        LayerTreeRecord tree = LayerMeasure.Of(Path.Combine(StagingDirectory(id), RootName), content.FileHashes, ct);
        LayerRecord record = new(LayerRecord.CurrentVersion, content.SizeBytes, content.Entries, content.HidesLower, content.ImpliedDirectories, tree);
        using Fd file = Files.Open(Path.Combine(StagingDirectory(id), RecordName), O_WRONLY | O_CREAT | O_EXCL, 0x180);
        Files.WriteAll(file, JsonSerializer.SerializeToUtf8Bytes(record, ImageJson.Default.LayerRecord));
    }

    /// <summary>Gives a finished layer its name. The caller's exclusive lock on its directory becomes a shared one.</summary>
    internal Layer Publish(Digest id, Fd directory, LayerContent content)
    {
        string name = ImagePaths.FileName(id);

        // flock(2) gives the old lock up before it takes the new one; under the store's lock nobody removes the layer in between.
        using Fd guard = _paths.Lock();
        using Fd layers = Files.Open(_paths.Layers, O_RDONLY | O_DIRECTORY);
        Rename(layers, StagingPrefix + name, name);
        Files.Lock(directory, exclusive: false);
        return new Layer(id, PathOf(id), content);
    }

    /// <summary>Throws away what the caller, who holds its lock, has made of a layer.</summary>
    internal void Discard(Digest id)
    {
        MarkForDeletion(StagingPrefix + ImagePaths.FileName(id));
        DeleteMarked();
    }

    /// <summary>Under the store's lock: takes away the name of every layer but those to keep and those that somebody holds.</summary>
    /// <returns>The bytes that they held.</returns>
    internal long MarkUnused(IReadOnlySet<string> keepNames)
    {
        long freed = 0;
        foreach (string name in Names())
        {
            if (name.StartsWith('.') || keepNames.Contains(name))
            {
                continue;
            }

            using Fd? unused = TryLock(name, exclusive: true);
            if (unused is not null)
            {
                freed += TryReadRecord(name)?.SizeBytes ?? 0;
                MarkForDeletion(name);
            }
        }

        return freed;
    }

    /// <summary>Under the store's lock: takes away the name of a layer that is damaged.</summary>
    /// <returns>False if somebody holds it.</returns>
    internal bool TryMark(Digest id)
    {
        string name = ImagePaths.FileName(id);
        using Fd? unused = TryLock(name, exclusive: true);
        if (unused is null)
        {
            return !Directory.Exists(Path.Combine(_paths.Layers, name));
        }

        MarkForDeletion(name);
        return true;
    }

    /// <summary>Deletes the trees whose names are taken away.</summary>
    internal void DeleteMarked()
    {
        using Fd layers = Files.Open(_paths.Layers, O_RDONLY | O_DIRECTORY);
        List<(string Name, LayerContent? Content)> marked =
            [.. Names().Where(static name => name.StartsWith(DeletingPrefix, StringComparison.Ordinal)).Select(name => (name, TryReadRecord(name)))];

        // Of what was never finished nobody knows the size.
        long total = marked.Sum(static layer => layer.Content?.SizeBytes ?? 0);
        using IProgressItem? item = total > 0 ? progress.Start("Removing layers", total) : null;
        foreach ((string name, LayerContent? content) in marked)
        {
            long left = content?.SizeBytes ?? 0;
            long share = left / Math.Max(1, content?.Entries ?? 1);
            TreeRemover.Remove(layers, name, removed: () =>
            {
                long bytes = Math.Min(share, left);
                left -= bytes;
                item?.Advance(bytes);
            });
            item?.Advance(left);
        }

        item?.Complete();
    }

    private LayerHold? TryHold(Digest id)
    {
        Fd? directory = TryLockComplete(id);
        return directory is null ? null : new LayerHold(this, directory, id, new Layer(id, PathOf(id), ReadRecord(ImagePaths.FileName(id))));
    }

    private LayerHold? TryStage(Digest id)
    {
        string name = ImagePaths.FileName(id);
        string staging = StagingPrefix + name;
        _ = Files.MakeDirectory(directory: null, StagingDirectory(id), 0x1c0);
        Fd? directory = TryLock(staging, exclusive: true);
        if (directory is null)
        {
            return null;
        }

        // Somebody may have finished it between our look for it and our mkdir; or died, and left a part of it.
        bool isComplete = Directory.Exists(Path.Combine(_paths.Layers, name));
        if (!isComplete && DirectoryReader.ReadFirst(directory, staging).Count == 0)
        {
            _ = Files.MakeDirectory(directory, RootName, 0x1ed);
            return new LayerHold(this, directory, id, layer: null);
        }

        Discard(id);
        directory.Dispose();
        return isComplete ? TryHold(id) : TryStage(id);
    }

    /// <summary>Locks a directory below `layers/` without waiting, and makes sure that the name still means it.</summary>
    private Fd? TryLock(string name, bool exclusive)
    {
        string path = Path.Combine(_paths.Layers, name);
        Fd directory;
        try
        {
            directory = Files.Open(path, O_RDONLY | O_DIRECTORY);
        }
        catch (NativeException missing) when (missing.Errno == Errno.ENOENT)
        {
            return null;
        }

        using Fd layers = Files.Open(_paths.Layers, O_RDONLY | O_DIRECTORY);
        if (Files.TryLock(directory, exclusive)
            && RawFiles.Status(layers, Encoding.UTF8.GetBytes(name))?.Inode == RawFiles.Status(directory, [])?.Inode)
        {
            return directory;
        }

        directory.Dispose();
        return null;
    }

    private void MarkForDeletion(string name)
    {
        using Fd layers = Files.Open(_paths.Layers, O_RDONLY | O_DIRECTORY);
        Rename(layers, name, $"{DeletingPrefix}{Guid.NewGuid():N}");
    }

    /// <returns>Null if it cannot be read: that nobody knows how large it was must not keep a damaged layer.</returns>
    private LayerContent? TryReadRecord(string name)
    {
        try
        {
            return ReadRecord(name);
        }
        catch (PodctlException)
        {
            return null;
        }
    }

    private LayerContent ReadRecord(string name)
    {
        LayerRecord? record;
        try
        {
            using Fd file = Files.Open(Path.Combine(_paths.Layers, name, RecordName), O_RDONLY);
            record = JsonSerializer.Deserialize(Files.ReadText(file, 64 << 20), ImageJson.Default.LayerRecord);
        }
        catch (Exception damaged) when (damaged is JsonException or NativeException)
        {
            throw new PodctlException(
                ExitCode.Failed, $"the image store is damaged: cannot read the record of layer '{name}'", ImageStore.RepairHint, damaged);
        }

        return record is { Version: LayerRecord.CurrentVersion }
            ? new LayerContent(record.SizeBytes, record.Entries, record.HidesLower, record.ImpliedDirectories)
            : throw new PodctlException(ExitCode.Failed, $"the layer '{name}' was made by another version of podctl");
    }

    private string[] Names()
    {
        using Fd layers = Files.Open(_paths.Layers, O_RDONLY | O_DIRECTORY);
        return [.. DirectoryReader.ReadAll(layers, _paths.Layers).Select(static entry => Encoding.UTF8.GetString(entry.Name))];
    }

    private static void Rename(Fd layers, string from, string to) =>
        RawFiles.Rename(layers, Encoding.UTF8.GetBytes(from), layers, Encoding.UTF8.GetBytes(to));
}
