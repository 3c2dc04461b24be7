using Common.Native;

namespace PodManager.Images.Export;

/// <summary>Counts beforehand what a copy of a stack of layers will have to read.</summary>
internal sealed class TreeMeasure
{
    private readonly MergedTree _tree;
    private readonly HashSet<(int Layer, ulong Inode)> _linked = [];
    private readonly CancellationToken _ct;

    private TreeMeasure(MergedTree tree, CancellationToken ct)
    {
        _tree = tree;
        _ct = ct;
    }

    /// <param name="layers">Lowest first.</param>
    /// <param name="ct">Ends it early.</param>
    public static long SizeBytes(IReadOnlyList<string> layers, CancellationToken ct)
    {
        using MergedTree tree = new(layers);
        return new TreeMeasure(tree, ct).SizeOf(tree.Root);
    }

    private long SizeOf(MergedEntry directory)
    {
        long sum = 0;
        foreach (byte[] name in _tree.NamesIn(directory))
        {
            _ct.ThrowIfCancellationRequested();
            if (_tree.Find(directory, name) is not { } entry)
            {
                continue;
            }

            FileStatus status = entry.Status;
            bool isFirst = status.Links == 1 || _linked.Add((entry.Layers[0], status.Inode));
            sum += status.IsDirectory ? SizeOf(entry) : status.Type == FileStatus.Regular && isFirst ? (long)status.SizeBytes : 0;
        }

        return sum;
    }
}
