using Common.Native;
using PodManager.Images.Tar;
using static Tmds.Linux.LibC;

namespace PodManager.Images.Copy;

/// <summary>Copies a tree into a directory that is open, name by name.</summary>
/// <param name="writer">Makes the files.</param>
/// <param name="top">Where paths begin.</param>
/// <param name="note">Told what is left out.</param>
/// <param name="ct">Ends it early.</param>
internal sealed class TreeWriter(EntryWriter writer, Fd top, Action<string> note, CancellationToken ct)
{
    private readonly Dictionary<(ulong, ulong), (byte[] Directory, byte[] Name, ulong Inode)> _linked = [];

    /// <summary>All that is in a directory.</summary>
    public void CopyContent(CopyNode source) => CopyContent(source, top, [], 0);

    /// <param name="source">What is copied.</param>
    /// <param name="name">What it is to be called.</param>
    public void Copy(CopyNode source, byte[] name) => Copy(source, top, [], name, 0);

    private void CopyContent(CopyNode source, Fd target, byte[] path, int depth)
    {
        if (source.IsOfKernel)
        {
            note($"left out what is in '{ByteText.Escape(path)}', the kernel's own file system");
            return;
        }

        foreach (byte[] name in source.Names())
        {
            ct.ThrowIfCancellationRequested();
            using CopyNode? child = source.Open(name);
            if (child is { IsCopied: true })
            {
                Copy(child, target, path, name, depth);
            }
            else if (child is not null)
            {
                note(CopyLimits.LeftOut(child, CopyLimits.Join(path, name)));
            }
        }
    }

    private void Copy(CopyNode source, Fd parent, byte[] directory, byte[] name, int depth)
    {
        byte[] path = CopyLimits.Join(directory, name);
        string shown = ByteText.Escape(path);
        CopyLimits.CheckDepth(depth);
        if (source.Status.IsDirectory)
        {
            TarEntry entry = source.Describe(name);
            using Fd made = writer.Directory(parent, name, shown, out bool isNew);
            CopyContent(source, made, path, depth + 1);
            if (isNew)
            {
                writer.Finish(made, entry, shown);
            }
        }
        else if (source.Status.Links == 1)
        {
            CopyFile(source, parent, name, shown);
        }
        else if (!_linked.TryGetValue(source.Identity, out (byte[] Directory, byte[] Name, ulong Inode) first) || !TryLink(parent, name, shown, first))
        {
            CopyFile(source, parent, name, shown);
            _linked[source.Identity] = (directory, name, RawFiles.Status(parent, name)?.Inode ?? 0);
        }
    }

    /// <summary>The first name's directory is found again from the top, without links: it may have become one.</summary>
    private bool TryLink(Fd parent, byte[] name, string shown, (byte[] Directory, byte[] Name, ulong Inode) first)
    {
        using Fd? directory = RawFiles.TryOpenInRoot(
            top, first.Directory.Length == 0 ? "."u8 : first.Directory, O_PATH | O_DIRECTORY, out _, Files.Resolve.Beneath | Files.Resolve.NoSymlinks);
        return directory is not null && writer.TryHardLink(parent, name, shown, directory, first.Name, first.Inode);
    }

    private void CopyFile(CopyNode source, Fd parent, byte[] name, string shown)
    {
        TarEntry entry = source.Describe(name);
        if (entry.Type != TarEntryType.File)
        {
            writer.Special(parent, name, shown, entry);
            return;
        }

        using Fd content = source.OpenContent();
        writer.File(parent, name, shown, entry, file => FileContent.Copy(content, file, ct));
    }
}
