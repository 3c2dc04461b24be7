namespace PodManager.Images.Signatures;

/// <summary>What signatures are called (cosign's SIGNATURE_SPEC.md and BUNDLE_SPEC.md).</summary>
internal static class SignatureTypes
{
    public const string SimpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json";
    public const string CosignArtifact = "application/vnd.dev.cosign.artifact.sig.v1+json";
    public const string Bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
    public const string SignatureAnnotation = "dev.cosignproject.cosign/signature";

    // Some clients file an artifact in the fallback index under its configuration's type, which for a bundle is this.
    private const string Empty = "application/vnd.oci.empty.v1+json";

    /// <summary>Whether something that refers to an image may be a signature: attestations, lists of contents and the like are not fetched.</summary>
    public static bool MayBeSignature(string? artifactType) => artifactType is null or SimpleSigning or CosignArtifact or Bundle or Empty;
}
