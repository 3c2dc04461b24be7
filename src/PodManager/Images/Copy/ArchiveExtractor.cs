using Common.Native;
using PodManager.Images.Layers;
using PodManager.Images.Tar;
using static Tmds.Linux.LibC;

namespace PodManager.Images.Copy;

/// <summary>
/// Unpacks an archive into a directory of an app that is up. The kernel resolves every path with that directory as the root: no name, no link and no `..`
/// of the archive leads out of it, whatever the app does meanwhile.
/// </summary>
/// <param name="writer">Makes the files.</param>
/// <param name="top">The directory.</param>
/// <param name="note">Told what is left out.</param>
/// <param name="ct">Ends it early.</param>
internal sealed class ArchiveExtractor(EntryWriter writer, Fd top, Action<string> note, CancellationToken ct)
{
    private readonly Dictionary<string, (EntryPath Path, TarEntry Entry)> _made = new(StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">It is no archive, or a damaged one.</exception>
    public void Extract(Stream archive)
    {
        using TarReader reader = new(archive);
        while (reader.Next() is { } entry)
        {
            ct.ThrowIfCancellationRequested();
            EntryPath path = EntryPath.Parse(entry.Name);
            if (!path.IsRoot)
            {
                using Fd parent = Parent(path);
                Extract(reader, Kept(entry), path, parent);
            }
        }

        // What is unpacked into a directory changes its time; what is deep inside comes first, while its directories can be entered.
        foreach ((EntryPath path, TarEntry entry) in _made.Values.OrderByDescending(static made => made.Path.Bytes.Count((byte)'/')))
        {
            using Fd? directory = RawFiles.TryOpenInRoot(top, path.Bytes, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, out _);
            if (directory is not null)
            {
                writer.Finish(directory, entry, path.ToString());
            }
        }
    }

    private static TarEntry Kept(TarEntry entry) => entry with
    {
        Attributes = [.. entry.Attributes.Where(attribute => attribute.Name.AsSpan().StartsWith("user."u8) && LayerAttributes.IsKept(attribute, entry.Type))],
    };

    private void Extract(TarReader reader, TarEntry entry, EntryPath path, Fd parent)
    {
        byte[] name = path.Name.ToArray();
        string shown = path.ToString();
        switch (entry.Type)
        {
            case TarEntryType.Directory:
                writer.Directory(parent, name, shown, out bool isNew).Dispose();
                if (isNew || _made.ContainsKey(shown))
                {
                    _made[shown] = (path, entry);
                }

                break;
            case TarEntryType.File:
                writer.File(parent, name, shown, entry, file => WriteContent(reader, entry, file));
                break;
            case TarEntryType.HardLink:
                Link(entry, parent, name, shown);
                break;
            case TarEntryType.SymbolicLink or TarEntryType.Fifo:
                writer.Special(parent, name, shown, entry);
                break;
            default:
                note($"left out '{shown}', a device");
                break;
        }
    }

    /// <summary>The directory that an entry belongs in; made, as tar(1) does, if the archive has not brought it.</summary>
    private Fd Parent(EntryPath path)
    {
        if (path.Parent.IsEmpty)
        {
            return RawFiles.Reopen(top, O_PATH | O_DIRECTORY);
        }

        if (RawFiles.TryOpenInRoot(top, path.Parent, O_PATH | O_DIRECTORY, out Errno errno) is { } there)
        {
            return there;
        }

        if (errno != Errno.ENOENT)
        {
            throw new NativeException("open", $"'{ByteText.Escape(path.Parent)}'", errno);
        }

        EntryPath directory = EntryPath.Parse(path.Parent);
        using Fd above = Parent(directory);
        Fd made = writer.Directory(above, directory.Name.ToArray(), directory.ToString(), out bool isNew);
        if (isNew)
        {
            writer.Finish(made, new TarEntry { Name = path.Parent.ToArray(), Type = TarEntryType.Directory, Mode = 0x1ed, ModifiedSeconds = DateTimeOffset.UtcNow.ToUnixTimeSeconds() }, directory.ToString());
        }

        return made;
    }

    private void Link(TarEntry entry, Fd parent, byte[] name, string shown)
    {
        EntryPath target = EntryPath.Parse(entry.LinkTarget);
        using Fd? targetParent = target.IsRoot ? null : RawFiles.TryOpenInRoot(top, target.Parent.IsEmpty ? "."u8 : target.Parent, O_PATH | O_DIRECTORY, out _);
        byte[] targetName = target.Name.ToArray();
        ulong? inode = targetParent is null ? null : RawFiles.Status(targetParent, targetName)?.Inode;
        if (inode is null || !writer.TryHardLink(parent, name, shown, targetParent!, targetName, inode.Value))
        {
            throw new InvalidDataException($"the hard link '{shown}' is to '{target}', which is no file here");
        }
    }

    private void WriteContent(TarReader reader, TarEntry entry, Fd file)
    {
        foreach (TarRegion region in entry.Regions ?? [new TarRegion(0, entry.SizeBytes)])
        {
            _ = NativeException.ThrowIfFailed(Libc.LSeek(file.Number, region.Offset, SEEK_SET), "lseek");
            for (long left = region.Length; left > 0;)
            {
                ct.ThrowIfCancellationRequested();
                ReadOnlySpan<byte> piece = reader.ReadContent(left);
                Files.WriteAll(file, piece);
                left -= piece.Length;
            }
        }

        _ = NativeException.ThrowIfFailed(Libc.FTruncate(file.Number, entry.SizeBytes), "ftruncate");
    }
}
