namespace PodManager.Lifecycle;

/// <summary>What an extracted layer holds.</summary>
/// <param name="SizeBytes">The bytes in its regular files, a file with several names counted once.</param>
/// <param name="Entries">How many entries its archive had.</param>
/// <param name="HidesLower">Whether it hides all layers below it.</param>
/// <param name="ImpliedDirectories">
/// The directories that it has only because entries lie below them: their owner and mode are those of the layers below. Relative paths, the
/// root as `.`, bytes that are no UTF-8 escaped as `\xHH`.
/// </param>
internal sealed record LayerContent(long SizeBytes, long Entries, bool HidesLower, IReadOnlyList<string> ImpliedDirectories)
{
    private static readonly IReadOnlyDictionary<ulong, UInt128> NoHashes = new Dictionary<ulong, UInt128>();

    /// <summary>XXH128 of files' contents by inode, as far as they were hashed when they were written; so that nobody has to read them again.</summary>
    public IReadOnlyDictionary<ulong, UInt128> FileHashes { get; init; } = NoHashes;
}
