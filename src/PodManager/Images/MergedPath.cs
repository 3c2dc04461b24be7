namespace PodManager.Images;

/// <summary>Looks a path up in a stack of layers, links followed, as a process with that root would.</summary>
internal static class MergedPath
{
    // As the kernel's own limit, path_resolution(7).
    private const int LinkLimit = 40;

    /// <returns>Null if there is nothing.</returns>
    public static MergedEntry? Resolve(MergedTree tree, byte[] path)
    {
        Stack<MergedEntry> directories = new([tree.Root]);
        Stack<byte[]> pending = new();
        Push(pending, path);
        MergedEntry? file = null;
        int links = 0;
        while (pending.TryPop(out byte[]? name))
        {
            if (file is not null)
            {
                return null; // a file is no directory
            }

            if (name.AsSpan().SequenceEqual(".."u8))
            {
                _ = directories.Count > 1 ? directories.Pop() : null; // the root's parent is the root
                continue;
            }

            MergedEntry? entry = tree.Find(directories.Peek(), name);
            if (entry is null)
            {
                return null;
            }

            if (entry.Status.IsDirectory)
            {
                directories.Push(entry);
            }
            else if (!entry.Status.IsSymbolicLink)
            {
                file = entry;
            }
            else if (++links > LinkLimit)
            {
                return null;
            }
            else
            {
                byte[] target = tree.ReadLink(entry);
                if (target is [(byte)'/', ..])
                {
                    directories = new([tree.Root]);
                }

                Push(pending, target);
            }
        }

        return file ?? directories.Peek();
    }

    private static void Push(Stack<byte[]> pending, byte[] path)
    {
        List<byte[]> names = [];
        foreach (Range range in path.AsSpan().Split((byte)'/'))
        {
            ReadOnlySpan<byte> name = path.AsSpan(range);
            if (!name.IsEmpty && !name.SequenceEqual("."u8))
            {
                names.Add(name.ToArray());
            }
        }

        names.Reverse();
        names.ForEach(pending.Push);
    }
}
