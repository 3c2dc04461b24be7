using static Tmds.Linux.LibC;

namespace Common.Native;

/// <summary>Goes through a tree of files in an order that depends on nothing but their names, which are bytes.</summary>
internal static class RawTree
{
    /// <summary>Something in a directory.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Path">Its path below the root.</param>
    /// <param name="Status">What it is; a link is not followed.</param>
    internal readonly record struct Child(byte[] Name, byte[] Path, FileStatus Status);

    /// <summary>What is in a directory, in the order of its names' bytes.</summary>
    /// <param name="root">Where paths begin.</param>
    /// <param name="path">The directory below it; empty for the root itself.</param>
    internal static IEnumerable<Child> ChildrenOf(Fd root, byte[] path)
    {
        List<DirectoryReader.Entry> entries;
        using (Fd directory = RawFiles.Open(root, path.Length == 0 ? "."u8 : path, O_RDONLY | O_DIRECTORY))
        {
            entries = DirectoryReader.ReadAll(directory, $"'{ByteText.Escape(path)}'");
        }

        entries.Sort(static (a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        foreach (DirectoryReader.Entry entry in entries)
        {
            byte[] child = path.Length == 0 ? entry.Name : [.. path, (byte)'/', .. entry.Name];
            yield return new Child(entry.Name, child, RawFiles.Status(root, child) ?? throw new NativeException("stat", $"'{ByteText.Escape(child)}'", Errno.ENOENT));
        }
    }
}
