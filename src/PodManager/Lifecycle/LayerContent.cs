namespace PodManager.Lifecycle;

/// <summary>What an extracted layer holds.</summary>
/// <param name="SizeBytes">The bytes in its regular files, a file with several names counted once.</param>
/// <param name="Entries">How many entries its archive had.</param>
/// <param name="HidesLower">Whether it hides all layers below it.</param>
/// <param name="ImpliedDirectories">
/// The directories that it has only because entries lie below them: their owner and mode are those of the layers below. Relative paths, the
/// root as `.`, bytes that are no UTF-8 escaped as `\xHH`.
/// </param>
internal sealed record LayerContent(long SizeBytes, long Entries, bool HidesLower, IReadOnlyList<string> ImpliedDirectories);
