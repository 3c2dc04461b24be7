using Common.Native;
using PodManager.Images.Tar;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Images.Copy;

/// <summary>A file of the host, or of a pod that is up, whose processes may change everything at any moment: it is found once, and is a descriptor from then on.</summary>
internal sealed class LiveNode : CopyNode
{
    private readonly Fd _node;
    private readonly IdShift _ids;
    private readonly Lazy<Fd> _readable;

    private LiveNode(Fd node, FileStatus status, IdShift ids)
        : base(status, ids)
    {
        _node = node;
        _ids = ids;

        // A regular file or a directory by what has been opened already: nothing that could be waited for (fifo(7)).
        _readable = new Lazy<Fd>(() => RawFiles.Reopen(_node, O_RDONLY | O_NONBLOCK));
    }

    public override bool IsOfKernel => FileSystems.IsOfKernel(_node);

    public override bool IsAnonymousPipe => FileSystems.IsAnonymousPipe(_node);

    public override (ulong Place, ulong Inode) Identity => (Status.Device, Status.Inode);

    /// <param name="node">Is the node's from now on.</param>
    /// <param name="ids">Whose users own it.</param>
    public static LiveNode Of(Fd node, IdShift ids) => new(node, RawFiles.Status(node, [])!.Value, ids);

    public override IReadOnlyList<byte[]> Names() =>
        [.. DirectoryReader.ReadAll(_readable.Value, "").Select(static entry => entry.Name).OrderBy(static name => name, ByteOrder.Instance)];

    public override CopyNode? Open(byte[] name) => RawFiles.TryOpenNode(_node, name) is { } node ? Of(node, _ids) : null;

    public override Fd OpenContent() => RawFiles.Reopen(_node, O_RDONLY | O_NONBLOCK);

    public override void Dispose()
    {
        if (_readable.IsValueCreated)
        {
            _readable.Value.Dispose();
        }

        _node.Dispose();
    }

    protected override IEnumerable<TarAttribute> Attributes() => RawFiles.ListAttributes(_readable.Value).Where(IsKept)
        .Select(name => RawFiles.GetAttribute(_readable.Value, name) is { } value ? new TarAttribute(name, value) : null).OfType<TarAttribute>();

    protected override byte[] ReadLink() => RawFiles.ReadLink(_node, []);
}
