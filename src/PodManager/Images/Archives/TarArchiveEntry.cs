using PodManager.Images.Tar;

namespace PodManager.Images.Archives;

/// <summary>A file of an archive that lies open.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Offset">Where its content begins.</param>
/// <param name="SizeBytes">How long that is.</param>
/// <param name="LinkTarget">A link's, as the archive has it.</param>
internal sealed record TarArchiveEntry(TarEntryType Type, long Offset, long SizeBytes, byte[] LinkTarget);
