using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>A public key as a user has it.</summary>
/// <param name="Fingerprint">Which key it is.</param>
/// <param name="TypeName">E.g. `ECDSA P-256`.</param>
/// <param name="Pem">The key alone, in PEM.</param>
internal sealed record KeyFile(KeyFingerprint Fingerprint, string TypeName, string Pem);
