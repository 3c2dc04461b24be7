namespace PodManager.Store;

/// <summary>A layer or a document that an image consists of.</summary>
/// <param name="Id">Its digest.</param>
/// <param name="SizeBytes">What its files hold.</param>
/// <param name="MediaType">A document's; null for an extracted layer.</param>
internal sealed record ImageRecordPart(string Id, long SizeBytes, string? MediaType = null);
