namespace PodManager.Lifecycle;

/// <summary>What was found where signatures may be.</summary>
/// <param name="Signatures">Claims, yet to be verified.</param>
/// <param name="Places">Where was looked and what was there, each in a few words.</param>
internal sealed record SignatureFindings(IReadOnlyList<ImageSignature> Signatures, IReadOnlyList<string> Places);
