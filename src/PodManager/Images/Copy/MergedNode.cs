using Common.Native;
using PodManager.Images.Tar;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Images.Copy;

/// <summary>A file of an app in a pod of which nothing runs: out of the image's layers and of what the app has changed.</summary>
internal sealed class MergedNode : CopyNode
{
    private readonly MergedTree _tree;
    private readonly MergedEntry _entry;
    private readonly IdShift _upperIds;

    /// <param name="tree">The layers, and as the topmost the upper directory.</param>
    /// <param name="entry">Where it is.</param>
    /// <param name="upperIds">Whose users own what is in the topmost; the layers' have numbers of their own.</param>
    public MergedNode(MergedTree tree, MergedEntry entry, IdShift upperIds)
        : base(entry.Status, entry.Layers[0] == tree.Layers.Count - 1 ? upperIds : IdShift.None)
    {
        _tree = tree;
        _entry = entry;
        _upperIds = upperIds;
    }

    public override bool IsOfKernel => false;

    public override (ulong Place, ulong Inode) Identity => ((ulong)_entry.Layers[0], Status.Inode);

    private Fd Layer => _tree.RootOf(_entry.Layers[0]);

    private byte[] Path => _entry.Path.Length == 0 ? "."u8.ToArray() : _entry.Path;

    public override IReadOnlyList<byte[]> Names() => [.. _tree.NamesIn(_entry).OrderBy(static name => name, ByteOrder.Instance)];

    public override CopyNode? Open(byte[] name) => _tree.Find(_entry, name) is { } entry ? new MergedNode(_tree, entry, _upperIds) : null;

    public override Fd OpenContent() => RawFiles.Open(Layer, Path, O_RDONLY);

    public override void Dispose()
    {
        // The tree is whoever's it was.
    }

    protected override IEnumerable<TarAttribute> Attributes() => RawFiles.ListAttributes(Layer, Path).Where(IsKept)
        .Select(name => RawFiles.GetAttribute(Layer, Path, name) is { } value ? new TarAttribute(name, value) : null).OfType<TarAttribute>();

    protected override byte[] ReadLink() => _tree.ReadLink(_entry);
}
