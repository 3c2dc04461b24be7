namespace PodManager.Lifecycle;

/// <summary>Where an image's files are to go.</summary>
/// <param name="Image">The image, whose layers are held.</param>
/// <param name="Documents">Files beside the root file system, by name; none if that is all that is wanted.</param>
/// <param name="Directory">Absolute; it is made.</param>
/// <param name="RootFsOnly">Whether the directory becomes the root file system itself.</param>
/// <param name="Overwrite">Whether a directory of that name may be replaced.</param>
internal sealed record ImageExtraction(
    StoredImage Image, IReadOnlyDictionary<string, ImageDocument> Documents, string Directory, bool RootFsOnly, bool Overwrite);
