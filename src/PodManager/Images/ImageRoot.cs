using System.Text;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images;

/// <summary>Reads an image's file system out of its layers.</summary>
/// <param name="layers">Lowest first, as <see cref="StoredImage.Layers"/> gives them.</param>
internal sealed class ImageRoot(IReadOnlyList<string> layers) : IImageRoot
{
    public ImageFile? Find(string path)
    {
        using MergedTree tree = new(layers);
        return MergedPath.Resolve(tree, Encoding.UTF8.GetBytes(path)) is { } entry ? ToFile(tree, entry) : null;
    }

    public ImageUser FindUser(string user) => new UserDatabase(this).Resolve(user);

    private static ImageFile? ToFile(MergedTree tree, MergedEntry entry)
    {
        string path = Encoding.UTF8.GetString(entry.Path);
        bool isText = Encoding.UTF8.GetByteCount(path) == entry.Path.Length && !path.Contains('\uFFFD', StringComparison.Ordinal);
        return tree.Layers.Count > 0 && isText
            ? new ImageFile(Path.Combine(tree.Layers[entry.Layers[0]], path), entry.Status.Mode, entry.Status.Uid, entry.Status.Gid)
            : null; // a link led to a name that is no text: nobody can ask for it
    }
}
