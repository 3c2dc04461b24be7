using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Images;

/// <summary>
/// What overlay(5) would show of a stack of layers, one directory at a time. Layers do not change, and each step goes down by one name that was
/// found to be a directory, so that no link is followed by accident.
/// </summary>
internal sealed class MergedTree : IDisposable
{
    private readonly Fd[] _roots;

    /// <param name="layers">Lowest first.</param>
    public MergedTree(IReadOnlyList<string> layers)
    {
        Layers = layers;
        _roots = [.. layers.Select(static layer => Files.Open(layer, O_PATH | O_DIRECTORY))];
    }

    public IReadOnlyList<string> Layers { get; }

    /// <summary>The root: every layer's.</summary>
    public MergedEntry Root => new(Path: [], [.. Enumerable.Range(0, _roots.Length).Reverse()], _roots.Length > 0 ? Status(_roots.Length - 1, "."u8)!.Value : default);

    /// <summary>Looks a name up in a directory.</summary>
    /// <returns>Null if there is nothing.</returns>
    public MergedEntry? Find(MergedEntry directory, ReadOnlySpan<byte> name)
    {
        byte[] path = directory.Path.Length == 0 ? name.ToArray() : [.. directory.Path, (byte)'/', .. name];
        List<int> layers = [];
        FileStatus topmost = default;
        foreach (int layer in directory.Layers)
        {
            FileStatus? found = Status(layer, path);
            if (found is null)
            {
                continue;
            }

            if (layers.Count == 0)
            {
                topmost = found.Value;
            }

            if (!found.Value.IsDirectory)
            {
                // The topmost decides; below a directory, a file or a whiteout only ends it.
                return layers.Count > 0 ? new MergedEntry(path, layers, topmost) : found.Value.IsWhiteout ? null : new MergedEntry(path, [layer], topmost);
            }

            layers.Add(layer);
            if (layer != directory.Layers[^1] && IsOpaque(layer, path))
            {
                break;
            }
        }

        return layers.Count == 0 ? null : new MergedEntry(path, layers, topmost);
    }

    /// <summary>All names that any layer has in a directory, those of whiteouts too.</summary>
    public IReadOnlyList<byte[]> NamesIn(MergedEntry directory)
    {
        List<byte[]> names = [];
        foreach (int layer in directory.Layers)
        {
            using Fd open = RawFiles.Open(_roots[layer], directory.Path.Length == 0 ? "."u8 : directory.Path, O_RDONLY | O_DIRECTORY);
            names.AddRange(DirectoryReader.ReadAll(open, $"'{ByteText.Escape(directory.Path)}'").Select(static entry => entry.Name));
        }

        return [.. names.DistinctBy(Convert.ToHexString)];
    }

    public byte[] ReadLink(MergedEntry link) => RawFiles.ReadLink(_roots[link.Layers[0]], link.Path);

    /// <summary>The directory of one layer that <see cref="MergedEntry.Path"/> is below.</summary>
    public Fd RootOf(int layer) => _roots[layer];

    public void Dispose()
    {
        foreach (Fd root in _roots)
        {
            root.Dispose();
        }
    }

    private FileStatus? Status(int layer, ReadOnlySpan<byte> path) => RawFiles.Status(_roots[layer], path);

    private bool IsOpaque(int layer, ReadOnlySpan<byte> path) =>
        RawFiles.GetAttribute(_roots[layer], path, "trusted.overlay.opaque"u8) is [(byte)'y'];
}
