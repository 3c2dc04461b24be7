using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>A line about a key.</summary>
/// <param name="Scope">For which images it is trusted.</param>
/// <param name="Fingerprint">Which key it is.</param>
/// <param name="TypeName">E.g. `ECDSA P-256`.</param>
/// <param name="Path">Its file.</param>
/// <param name="IsMasked">It comes with the distribution, and an empty file of the administrator's says that it is not trusted.</param>
internal sealed record TrustedKeySummary(TrustScope Scope, KeyFingerprint Fingerprint, string TypeName, string Path, bool IsMasked);
