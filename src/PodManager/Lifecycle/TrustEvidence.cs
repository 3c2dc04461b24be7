namespace PodManager.Lifecycle;

/// <summary>A file that a decision rests on.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="State">What could be seen of it without reading it, in words of whoever decided.</param>
internal sealed record TrustEvidence(string Path, string State);
