namespace PodManager.Store;

/// <summary>What a layer's tree was like when it was made (decision 0017).</summary>
/// <param name="Entries">How many files and directories it has, its root included.</param>
/// <param name="SizeBytes">The lengths of its regular files, one with several names counted once.</param>
/// <param name="Digest">Of names, metadata and content, as <see cref="LayerMeasure"/> computes it.</param>
internal sealed record LayerTreeRecord(long Entries, long SizeBytes, string Digest);
