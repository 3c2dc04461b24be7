using Common.Native;
using PodManager.Images.Layers;
using PodManager.Images.Tar;
using PodManager.Lifecycle;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Images.Export;

/// <summary>
/// Makes an archive of an extracted layer, the way back of <see cref="LayerUnpacker"/>: overlay's marks become whiteouts again, and directories
/// that were only implied stay so. Names are in the order of their bytes: the same tree always gives the same archive.
/// </summary>
internal sealed class LayerPacker : IDisposable
{
    private const int PieceBytes = 256 << 10;

    private readonly Fd _root;
    private readonly HashSet<string> _implied;
    private readonly UpperChanges? _changes;
    private readonly UpperIds _ids;
    private readonly TarWriter _archive;
    private readonly IProgressItem _progress;
    private readonly CancellationToken _ct;
    private readonly byte[] _piece = new byte[PieceBytes];
    private readonly Dictionary<ulong, byte[]> _linked = [];

    private LayerPacker(string path, IEnumerable<string> implied, UpperChanges? changes, IdShift ids, TarWriter archive, IProgressItem progress, CancellationToken ct)
    {
        _root = Files.Open(path, O_RDONLY | O_DIRECTORY);
        _implied = implied.ToHashSet(StringComparer.Ordinal);
        _changes = changes;
        _ids = new UpperIds(ids);
        _archive = archive;
        _progress = progress;
        _ct = ct;
    }

    public static void Pack(Layer layer, Stream output, IProgressItem progress, CancellationToken ct)
    {
        using LayerPacker packer = new(layer.Path, layer.Content.ImpliedDirectories, changes: null, IdShift.None, new TarWriter(output), progress, ct);
        packer.PackAll();
    }

    /// <summary>What an app has changed, as a layer on top of its image's.</summary>
    public static void Pack(string upper, UpperChanges changes, IdShift ids, Stream output, IProgressItem progress, CancellationToken ct)
    {
        using LayerPacker packer = new(upper, changes.IsRootChanged ? [] : ["."], changes, ids, new TarWriter(output), progress, ct);
        packer.PackAll();
    }

    public void Dispose() => _root.Dispose();

    private void PackAll()
    {
        if (!_implied.Contains("."))
        {
            Write([(byte)'.', (byte)'/'], "."u8.ToArray(), RawFiles.Status(_root, "."u8)!.Value, TarEntryType.Directory);
        }

        PackDirectory([]);
        _archive.Finish();
    }

    private void PackDirectory(byte[] path)
    {
        foreach ((byte[] name, byte[] child, FileStatus status) in RawTree.ChildrenOf(_root, path))
        {
            _ct.ThrowIfCancellationRequested();
            if (_changes?.IsLeftOut(child) == true)
            {
                continue;
            }

            if (status.IsDirectory)
            {
                PackSubdirectory(child, status);
            }
            else if (status.IsWhiteout)
            {
                WriteMark(path, [.. ".wh."u8, .. name]);
            }
            else
            {
                PackFile(child, status);
            }
        }
    }

    private void PackSubdirectory(byte[] path, FileStatus status)
    {
        if (!_implied.Contains(ByteText.Escape(path)))
        {
            Write([.. path, (byte)'/'], path, status, TarEntryType.Directory);
        }

        if (_changes?.HidesLower(path) ?? RawFiles.GetAttribute(_root, path, "trusted.overlay.opaque"u8) is [(byte)'y'])
        {
            WriteMark(path, ".wh..wh..opq"u8);
        }

        PackDirectory(path);
    }

    private void PackFile(byte[] path, FileStatus status)
    {
        if (status.Links > 1)
        {
            if (_linked.TryGetValue(status.Inode, out byte[]? first))
            {
                _archive.Write(EntryOf(path, status, TarEntryType.HardLink) with { LinkTarget = first, SizeBytes = 0 });
                return;
            }

            _linked[status.Inode] = path;
        }

        TarEntryType type = status.Type switch
        {
            FileStatus.Regular => TarEntryType.File,
            FileStatus.SymbolicLink => TarEntryType.SymbolicLink,
            FileStatus.CharacterDevice => TarEntryType.CharacterDevice,
            FileStatus.BlockDevice => TarEntryType.BlockDevice,
            FileStatus.Fifo => TarEntryType.Fifo,
            _ => throw new InvalidDataException($"'{ByteText.Escape(path)}' is of a kind that no archive holds"),
        };
        Write(path, path, status, type);
        if (type == TarEntryType.File)
        {
            WriteContent(path, (long)status.SizeBytes);
        }
    }

    private void Write(byte[] name, byte[] path, FileStatus status, TarEntryType type) => _archive.Write(EntryOf(name, status, type) with
    {
        LinkTarget = type == TarEntryType.SymbolicLink ? RawFiles.ReadLink(_root, path) : [],
        SizeBytes = type == TarEntryType.File ? (long)status.SizeBytes : 0,
        Attributes = AttributesOf(path, type),
    });

    private TarEntry EntryOf(byte[] name, FileStatus status, TarEntryType type) => new()
    {
        Name = name,
        Type = type,
        Mode = status.Mode & ~FileStatus.TypeMask,
        Uid = _ids.Shift.ToPod(status.Uid),
        Gid = _ids.Shift.ToPod(status.Gid),
        ModifiedSeconds = status.ModifiedSeconds,
        ModifiedNanoseconds = status.ModifiedNanoseconds,
        DeviceMajor = type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice ? status.SpecialMajor : 0,
        DeviceMinor = type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice ? status.SpecialMinor : 0,
    };

    private List<TarAttribute> AttributesOf(byte[] path, TarEntryType type)
    {
        List<TarAttribute> attributes = [];
        foreach (byte[] name in RawFiles.ListAttributes(_root, path).OrderBy(Convert.ToHexString, StringComparer.Ordinal))
        {
            if (LayerAttributes.IsKept(new TarAttribute(name, []), type) && RawFiles.GetAttribute(_root, path, name) is { } value)
            {
                attributes.Add(new TarAttribute(name, _ids.ToPod(name, value)));
            }
        }

        return attributes;
    }

    private void WriteMark(byte[] directory, ReadOnlySpan<byte> name) => _archive.Write(new TarEntry
    {
        Name = directory.Length == 0 ? name.ToArray() : [.. directory, (byte)'/', .. name],
        Type = TarEntryType.File,
    });

    private void WriteContent(byte[] path, long sizeBytes)
    {
        using Fd file = RawFiles.Open(_root, path, O_RDONLY);
        for (long left = sizeBytes; left > 0;)
        {
            int got = Files.Read(file, _piece.AsSpan(0, (int)Math.Min(left, PieceBytes)));
            if (got == 0)
            {
                throw new InvalidDataException($"'{ByteText.Escape(path)}' has become shorter meanwhile");
            }

            _archive.WriteContent(_piece.AsSpan(0, got));
            _progress.Advance(got);
            left -= got;
        }
    }
}
