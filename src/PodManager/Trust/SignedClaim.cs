namespace PodManager.Trust;

/// <summary>What a verified signature says.</summary>
/// <param name="Digest">Of what was signed, e.g. `sha256:…`.</param>
/// <param name="Name">The image's name; null if the format has none.</param>
internal sealed record SignedClaim(string Digest, string? Name);
