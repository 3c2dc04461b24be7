namespace PodManager.Images.Tar;

/// <summary>A part of a sparse file that has content.</summary>
internal readonly record struct TarRegion(long Offset, long Length);
