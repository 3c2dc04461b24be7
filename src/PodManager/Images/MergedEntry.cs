using Common.Native;

namespace PodManager.Images;

/// <summary>A file or directory of a stack of layers.</summary>
/// <param name="Path">Below the root, without links in it.</param>
/// <param name="Layers">Where it is, topmost first; several only for a directory, whose content is all of theirs.</param>
/// <param name="Status">The topmost one's, which counts.</param>
internal sealed record MergedEntry(byte[] Path, IReadOnlyList<int> Layers, FileStatus Status);
