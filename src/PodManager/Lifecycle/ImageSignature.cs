namespace PodManager.Lifecycle;

/// <summary>Something that claims to be a signature of an image; made by anybody.</summary>
/// <param name="Format">How it is to be read.</param>
/// <param name="Content">The signed payload, or the bundle.</param>
/// <param name="Value">The signature in base64 where it is apart from its payload.</param>
internal sealed record ImageSignature(SignatureFormat Format, ReadOnlyMemory<byte> Content, string? Value);

/// <summary>The formats of signatures.</summary>
internal enum SignatureFormat
{
    /// <summary>A "simple signing" payload with its signature in an annotation, as cosign and skopeo write it.</summary>
    SimpleSigning,

    /// <summary>A Sigstore bundle, version 0.3.</summary>
    Bundle,
}
