using PodManager.Lifecycle;

namespace PodManager.Trust;

/// <summary>A key that is trusted for some images.</summary>
/// <param name="Key">The key.</param>
/// <param name="Rule">Why it counts, as `prefix registry.example/team`.</param>
/// <param name="Evidence">The files that must stay as they are for it to count.</param>
internal sealed record TrustedKey(PublicKey Key, string Rule, IReadOnlyList<TrustEvidence> Evidence);
