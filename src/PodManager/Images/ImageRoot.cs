using System.Text;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images;

/// <summary>Reads an image's file system out of its layers.</summary>
/// <param name="layers">Lowest first, as <see cref="StoredImage.Layers"/> gives them.</param>
internal sealed class ImageRoot(IReadOnlyList<string> layers) : IImageRoot
{
    // As the kernel's own limit, path_resolution(7).
    private const int LinkLimit = 40;

    public ImageFile? Find(string path)
    {
        using MergedTree tree = new(layers);
        Stack<MergedEntry> directories = new([tree.Root]);
        Stack<byte[]> pending = new();
        Push(pending, Encoding.UTF8.GetBytes(path));
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

        return ToFile(tree, file ?? directories.Peek());
    }

    public ImageUser FindUser(string user) => new UserDatabase(this).Resolve(user);

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

    private static ImageFile? ToFile(MergedTree tree, MergedEntry entry)
    {
        string path = Encoding.UTF8.GetString(entry.Path);
        bool isText = Encoding.UTF8.GetByteCount(path) == entry.Path.Length && !path.Contains('\uFFFD', StringComparison.Ordinal);
        return tree.Layers.Count > 0 && isText
            ? new ImageFile(Path.Combine(tree.Layers[entry.Layers[0]], path), entry.Status.Mode, entry.Status.Uid, entry.Status.Gid)
            : null; // a link led to a name that is no text: nobody can ask for it
    }
}
