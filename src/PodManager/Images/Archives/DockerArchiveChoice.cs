using PodManager.Pods;

namespace PodManager.Images.Archives;

/// <summary>Which image of an archive is meant.</summary>
internal static class DockerArchiveChoice
{
    private const int ShownNames = 10;

    /// <exception cref="PodctlException">There is none, or nothing says which.</exception>
    public static DockerArchiveImage Choose(IReadOnlyList<DockerArchiveImage> images, ArchiveRef reference, string place)
    {
        string tags = string.Join(", ", images.SelectMany(static image => image.RepoTags ?? []).Take(ShownNames));
        string hint = tags.Length > 0 ? $"it has {tags}" : $"its images have no names; use :@0 to :@{images.Count - 1}";
        if (images.Count == 0)
        {
            throw new PodctlException(ExitCode.NotFound, $"'{place}' holds no image");
        }

        if (reference.Index is { } index)
        {
            return index < images.Count ? images[index] : throw new PodctlException(ExitCode.NotFound, $"'{place}' holds {images.Count} images, counted from 0");
        }

        if (reference.Selector is null)
        {
            return images.Count == 1 ? images[0] : throw new PodctlException(ExitCode.Usage, $"'{place}' holds {images.Count} images", hint);
        }

        return images.FirstOrDefault(image => image.RepoTags?.Any(tag => NameOf(tag) == reference.Selector) == true)
            ?? throw new PodctlException(ExitCode.NotFound, $"'{place}' has no image '{reference.Selector}'", hint);
    }

    private static string? NameOf(string tag) => ImageRef.TryParse(tag, out ImageRef? name, out _) is null ? name!.Name : null;
}
