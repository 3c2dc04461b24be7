using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>What an archive is to hold.</summary>
/// <param name="Image">The image.</param>
/// <param name="Names">What it is to be called there.</param>
/// <param name="Format">The archive's format.</param>
internal sealed record ImageExport(ImageDetails Image, IReadOnlyList<string> Names, ArchiveFormat Format);
