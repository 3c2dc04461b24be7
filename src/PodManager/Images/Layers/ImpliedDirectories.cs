using System.Text;
using Common.Native;
using PodManager.Lifecycle;
using static Tmds.Linux.LibC;

namespace PodManager.Images.Layers;

/// <summary>
/// Some tools write layers without the directories that their files lie in. Unpacked over the layers below, such a directory keeps its owner and
/// mode; unpacked by itself it gets default ones, and in an overlay those would count (/tmp would lose its sticky bit). For such images one more
/// layer, of directories only, goes on top and says again what the layers below say.
/// </summary>
internal sealed class ImpliedDirectories : IDisposable
{
    private const string RootKey = ".";
    private readonly IReadOnlyList<Layer> _layers;
    private readonly HashSet<string>[] _implied;
    private readonly MergedTree _tree;

    private ImpliedDirectories(IReadOnlyList<Layer> layers)
    {
        _layers = layers;
        _implied = [.. layers.Select(static layer => layer.Content.ImpliedDirectories.ToHashSet(StringComparer.Ordinal))];
        _tree = new MergedTree([.. layers.Select(static layer => layer.Path)]);
    }

    /// <returns>Null if the layers need no such layer, as most.</returns>
    public static async Task<ILayerHold?> HoldAsync(IReadOnlyList<Layer> layers, ILayerStore store, CancellationToken ct)
    {
        if (layers.Count < 2 || !layers.Skip(1).Any(static layer => layer.Content.ImpliedDirectories.Count > 0))
        {
            return null;
        }

        using ImpliedDirectories directories = new(layers);
        SortedSet<string> paths = directories.FindWrong();
        if (paths.Count == 0)
        {
            return null;
        }

        string name = string.Join('\n', layers.Select(static layer => layer.Id.ToString()).Prepend("podctl directories 1"));
        ILayerHold hold = await store.HoldAsync(ContentHash.Of(Encoding.ASCII.GetBytes(name)), ct);
        try
        {
            if (hold.Layer is null)
            {
                directories.Make(hold.StagingPath, paths);
                _ = await hold.CompleteAsync(new LayerContent(SizeBytes: 0, paths.Count, HidesLower: false, ImpliedDirectories: []), ct);
            }

            return hold;
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    public void Dispose() => _tree.Dispose();

    /// <summary>The directories whose topmost layer does not say what they are like though a lower one does, and those that they lie in.</summary>
    private SortedSet<string> FindWrong()
    {
        SortedSet<string> paths = new(StringComparer.Ordinal);
        foreach (string path in _implied.SelectMany(static implied => implied).Distinct().Where(IsWrong))
        {
            for (int end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
            {
                _ = paths.Add(path[..end]);
            }
        }

        return paths;
    }

    private bool IsWrong(string path)
    {
        if (Find(path) is not { } entry || !_implied[entry.Layers[0]].Contains(path) || LayerThatSays(entry, path) is not { } layer)
        {
            return false;
        }

        // Hardly any layer brings the root itself, whose time nobody looks at.
        return path != RootKey || StatusIn(layer, entry) is var says && (says.Mode, says.Uid, says.Gid) != (entry.Status.Mode, entry.Status.Uid, entry.Status.Gid);
    }

    private void Make(string staging, SortedSet<string> paths)
    {
        using Fd root = Files.Open(staging, O_RDONLY | O_DIRECTORY);
        CopyAttributes(RootKey, root);
        foreach (string path in paths.Where(static path => path != RootKey))
        {
            _ = RawFiles.TryMakeDirectory(root, ByteText.Unescape(path), 0x1c0);
            CopyAttributes(path, root);
        }

        foreach (string path in paths.Reverse().Append(RootKey))
        {
            FileStatus says = Says(path);
            RawFiles.SetTime(root, ByteText.Unescape(path), says.ModifiedSeconds, says.ModifiedNanoseconds);
        }
    }

    private void CopyAttributes(string path, Fd root)
    {
        byte[] name = ByteText.Unescape(path);
        MergedEntry entry = Find(path)!;
        int layer = LayerThatSays(entry, path) ?? entry.Layers[0];
        FileStatus says = StatusIn(layer, entry);
        RawFiles.SetOwner(root, name, says.Uid, says.Gid);
        RawFiles.SetMode(root, name, says.Mode & ~FileStatus.TypeMask);
        foreach (byte[] attribute in RawFiles.ListAttributes(_tree.RootOf(layer), name))
        {
            if (!attribute.AsSpan().StartsWith("trusted.overlay."u8) && RawFiles.GetAttribute(_tree.RootOf(layer), name, attribute) is { } value)
            {
                RawFiles.SetAttribute(root, name, attribute, value);
            }
        }
    }

    private FileStatus Says(string path)
    {
        MergedEntry entry = Find(path)!;
        return StatusIn(LayerThatSays(entry, path) ?? entry.Layers[0], entry);
    }

    private int? LayerThatSays(MergedEntry entry, string path) =>
        entry.Layers.Where(layer => !_implied[layer].Contains(path)).Select(static layer => (int?)layer).FirstOrDefault();

    private FileStatus StatusIn(int layer, MergedEntry entry) =>
        RawFiles.Status(_tree.RootOf(layer), entry.Path.Length == 0 ? "."u8 : entry.Path)
        ?? throw new InvalidOperationException($"layer '{_layers[layer].Id}' has changed");

    /// <returns>Null if it is no directory in the merged view, or below a link.</returns>
    private MergedEntry? Find(string path)
    {
        MergedEntry? entry = _tree.Root;
        foreach (string name in path == RootKey ? [] : path.Split('/'))
        {
            entry = entry is { Status.IsDirectory: true } ? _tree.Find(entry, ByteText.Unescape(name)) : null;
        }

        return entry is { Status.IsDirectory: true } ? entry : null;
    }
}
