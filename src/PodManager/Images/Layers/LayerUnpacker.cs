using Common.Native;
using PodManager.Images.Tar;
using PodManager.Lifecycle;
using static Tmds.Linux.LibC;

namespace PodManager.Images.Layers;

/// <summary>
/// Unpacks one layer's archive into a directory in the format that overlay(5) wants of a lower directory: a whiteout becomes a 0/0 character
/// device, an opaque directory carries trusted.overlay.opaque. Owners, modes, times, links and devices are those of the archive.
/// </summary>
internal sealed class LayerUnpacker : IDisposable
{
    private const uint PrivateMode = 0x180; // 0600 until the owner is set

    private readonly TarReader _archive;
    private readonly LayerTree _tree;
    private readonly DiskReserve _reserve;
    private readonly FileHash _contentHash = new();
    private readonly Dictionary<ulong, UInt128> _fileHashes = [];
    private long _sizeBytes;
    private long _entries;
    private bool _hidesLower;

    private LayerUnpacker(Stream archive, string directory)
    {
        _archive = new TarReader(archive);
        _tree = new LayerTree(directory);
        _reserve = new DiskReserve(_tree.Root);
    }

    /// <exception cref="InvalidDataException">The archive is damaged, or hostile.</exception>
    /// <exception cref="NativeException">A file cannot be made as the archive has it; the file system may be full.</exception>
    public static LayerContent Unpack(Stream archive, string directory, CancellationToken ct)
    {
        using LayerUnpacker unpacker = new(archive, directory);
        while (unpacker._archive.Next() is { } entry)
        {
            ct.ThrowIfCancellationRequested();
            EntryPath path = EntryPath.Parse(entry.Name);
            unpacker._entries++;
            try
            {
                unpacker.Unpack(entry, path);
            }
            catch (NativeException failure) when (failure.Target.Length == 0)
            {
                throw new NativeException(failure.Call, $"'{path}'", failure.Errno);
            }
        }

        unpacker._tree.SetDirectoryTimes();
        return new LayerContent(
            unpacker._sizeBytes, unpacker._entries, unpacker._hidesLower, [.. unpacker._tree.ImpliedDirectories.Order(StringComparer.Ordinal)])
        {
            FileHashes = unpacker._fileHashes,
        };
    }

    public void Dispose()
    {
        _tree.Dispose();
        _archive.Dispose();
    }

    private void Unpack(TarEntry entry, EntryPath path)
    {
        if (path.IsInternal)
        {
            return;
        }

        Fd parent = _tree.OpenParent(path);
        if (path.IsOpaqueMark)
        {
            MarkParentOpaque(path, parent);
        }
        else if (path.IsWhiteout)
        {
            Hide(path, parent);
        }
        else if (entry.Type == TarEntryType.Directory)
        {
            MakeDirectory(entry, path, parent);
        }
        else if (path.IsRoot)
        {
            throw new InvalidDataException("the layer's root is no directory");
        }
        else if (entry.Type == TarEntryType.File)
        {
            WriteFile(entry, path, parent);
        }
        else if (entry.Type == TarEntryType.HardLink)
        {
            MakeHardLink(entry, path, parent);
        }
        else
        {
            MakeSpecial(entry, path, parent);
        }
    }

    private void MarkParentOpaque(EntryPath path, Fd parent)
    {
        if (path.Parent.IsEmpty)
        {
            _hidesLower = true; // overlay(5) has no mark for this: the layers below are to be left out
        }
        else
        {
            LayerTree.MarkOpaque(parent, []);
        }
    }

    /// <summary>A whiteout hides only what lower layers have: what this layer brings of the same name stays, whichever comes first.</summary>
    private static void Hide(EntryPath path, Fd parent)
    {
        ReadOnlySpan<byte> name = path.Hidden;
        if (name.IsEmpty || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
        {
            throw new InvalidDataException($"the whiteout '{path}' names no file");
        }

        if (!RawFiles.TryMakeNode(parent, name, FileStatus.CharacterDevice, 0, 0) && RawFiles.Status(parent, name)?.IsDirectory == true)
        {
            LayerTree.MarkOpaque(parent, name);
        }
    }

    private void MakeDirectory(TarEntry entry, EntryPath path, Fd parent)
    {
        ReadOnlySpan<byte> name = path.IsRoot ? "."u8 : path.Name;
        if (!path.IsRoot && !RawFiles.TryMakeDirectory(parent, name, 0x1c0))
        {
            FileStatus? existing = RawFiles.Status(parent, name);
            if (existing?.IsDirectory != true)
            {
                Replace(parent, name);
                _ = RawFiles.TryMakeDirectory(parent, name, 0x1c0);
            }

            if (existing?.IsWhiteout == true)
            {
                LayerTree.MarkOpaque(parent, name);
            }
        }

        RawFiles.SetOwner(parent, name, entry.Uid, entry.Gid);
        RawFiles.SetMode(parent, name, entry.Mode);
        SetAttributes(entry, parent, name);
        _tree.AddDirectory(path, entry.ModifiedSeconds, entry.ModifiedNanoseconds);
    }

    private void WriteFile(TarEntry entry, EntryPath path, Fd parent)
    {
        int flags = O_WRONLY | O_CREAT | O_EXCL;
        Fd? made = RawFiles.TryOpen(parent, path.Name, flags, PrivateMode, out Errno errno);
        if (made is null && errno == Errno.EEXIST)
        {
            Replace(parent, path.Name);
            made = RawFiles.TryOpen(parent, path.Name, flags, PrivateMode, out errno);
        }

        using Fd file = made ?? throw new NativeException("open", $"'{path}'", errno);
        if (entry.Regions is null)
        {
            WriteContent(file, long.MaxValue);
        }
        else
        {
            long end = 0;
            foreach (TarRegion region in entry.Regions)
            {
                _contentHash.AppendZeros(region.Offset - end);
                end = region.Offset + region.Length;
                _ = NativeException.ThrowIfFailed(Libc.LSeek(file.Number, region.Offset, SEEK_SET), "lseek");
                WriteContent(file, region.Length);
            }

            _contentHash.AppendZeros(entry.SizeBytes - end);
            _ = NativeException.ThrowIfFailed(Libc.FTruncate(file.Number, entry.SizeBytes), "ftruncate");
        }

        _fileHashes[InodeOf(file)] = _contentHash.Finish();

        // The owner first: chown(2) takes away the setuid bit and file capabilities.
        _ = NativeException.ThrowIfFailed(Libc.FChOwn(file.Number, entry.Uid, entry.Gid), "chown");
        _ = NativeException.ThrowIfFailed(Libc.FChMod(file.Number, entry.Mode), "chmod");
        SetAttributes(entry, parent, path.Name);
        RawFiles.SetTime(file, entry.ModifiedSeconds, entry.ModifiedNanoseconds);
    }

    private static ulong InodeOf(Fd file) => RawFiles.Status(file, [])!.Value.Inode;

    private void WriteContent(Fd file, long limit)
    {
        while (limit > 0)
        {
            ReadOnlySpan<byte> piece = _archive.ReadContent(limit);
            if (piece.IsEmpty)
            {
                return;
            }

            _reserve.Check(piece.Length);
            Files.WriteAll(file, piece);
            _contentHash.Append(piece);
            _sizeBytes += piece.Length;
            limit -= piece.Length;
        }
    }

    private void MakeHardLink(TarEntry entry, EntryPath path, Fd parent)
    {
        EntryPath target = EntryPath.Parse(entry.LinkTarget);
        using Fd? targetParent = _tree.OpenExistingParent(target);
        FileStatus? existing = targetParent is null || target.IsRoot ? null : RawFiles.Status(targetParent, target.Name);
        if (existing is null || existing.Value.IsDirectory)
        {
            throw new InvalidDataException($"the hard link '{path}' is to '{target}', which is no file of this layer");
        }

        if (RawFiles.TryMakeHardLink(targetParent!, target.Name, parent, path.Name) || RawFiles.Status(parent, path.Name)?.Inode == existing.Value.Inode)
        {
            return;
        }

        Replace(parent, path.Name);
        _ = RawFiles.TryMakeHardLink(targetParent!, target.Name, parent, path.Name);
    }

    private void MakeSpecial(TarEntry entry, EntryPath path, Fd parent)
    {
        if (!TryMakeSpecial(entry, path, parent))
        {
            Replace(parent, path.Name);
            _ = TryMakeSpecial(entry, path, parent);
        }

        RawFiles.SetOwner(parent, path.Name, entry.Uid, entry.Gid);
        if (entry.Type != TarEntryType.SymbolicLink)
        {
            RawFiles.SetMode(parent, path.Name, entry.Mode);
        }

        SetAttributes(entry, parent, path.Name);
        RawFiles.SetTime(parent, path.Name, entry.ModifiedSeconds, entry.ModifiedNanoseconds);
    }

    private static bool TryMakeSpecial(TarEntry entry, EntryPath path, Fd parent) => entry.Type switch
    {
        TarEntryType.SymbolicLink => RawFiles.TryMakeSymbolicLink(parent, path.Name, entry.LinkTarget),
        TarEntryType.CharacterDevice => RawFiles.TryMakeNode(parent, path.Name, FileStatus.CharacterDevice | PrivateMode, entry.DeviceMajor, entry.DeviceMinor),
        TarEntryType.BlockDevice => RawFiles.TryMakeNode(parent, path.Name, FileStatus.BlockDevice | PrivateMode, entry.DeviceMajor, entry.DeviceMinor),
        TarEntryType.Fifo => RawFiles.TryMakeNode(parent, path.Name, FileStatus.Fifo | PrivateMode, 0, 0),
        _ => throw new InvalidOperationException($"'{entry.Type}' is not made here"),
    };

    private void Replace(Fd parent, ReadOnlySpan<byte> name)
    {
        FileStatus? old = RawFiles.Status(parent, name);
        if (old is { Type: FileStatus.Regular, Links: 1 })
        {
            _sizeBytes -= (long)old.Value.SizeBytes;
        }

        LayerTree.Remove(parent, name);
    }

    private static void SetAttributes(TarEntry entry, Fd parent, ReadOnlySpan<byte> name)
    {
        foreach (TarAttribute attribute in entry.Attributes)
        {
            if (LayerAttributes.IsKept(attribute, entry.Type))
            {
                RawFiles.SetAttribute(parent, name, attribute.Name, attribute.Value);
            }
        }
    }
}
