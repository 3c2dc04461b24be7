using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Why an image may run under one of its names. It is kept with that name, and holds as long as the files that it rests on stay what they were.</summary>
/// <param name="Rule">In words, such as `prefix registry.example/team`.</param>
/// <param name="Signed">The digest that was signed: the image's manifest, or the index that it was found by.</param>
/// <param name="VerifiedAt">When that was decided.</param>
/// <param name="Evidence">What the decision rests on.</param>
/// <param name="Key">The fingerprint of the key that signed; null if the rule asks for none.</param>
internal sealed record TrustRecord(string Rule, string Signed, DateTimeOffset VerifiedAt, IReadOnlyList<TrustEvidence> Evidence, string? Key = null)
{
    /// <summary>For listings: the beginning of the key's fingerprint, or that a rule asks for none.</summary>
    public string Short => Key is null ? "policy" : Key[..Math.Min(Key.Length, KeyFingerprint.ShortLength)];
}
