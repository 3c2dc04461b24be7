using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Trust;

/// <summary>
/// Verifies one signature: first that a key made it, and only then what it says. The words of one that nobody trusted made are never looked at.
/// </summary>
internal sealed class SignatureCheck(ImageRef image, ImageDocument signed, IReadOnlyList<PublicKey> keys, SignedIdentity identity)
{
    /// <returns>The key that made it; null, with a reason, if it does not count.</returns>
    public PublicKey? KeyOf(ImageSignature signature, out string problem) => signature.Format == SignatureFormat.SimpleSigning
        ? SimpleSigning(signature, out problem)
        : Bundle(signature, out problem);

    private PublicKey? SimpleSigning(ImageSignature signature, out string problem)
    {
        byte[] value = new byte[signature.Value!.Length];
        if (!Convert.TryFromBase64String(signature.Value, value, out int length))
        {
            problem = "a signature that is not base64";
            return null;
        }

        PublicKey? key = Signer(signature.Content.Span, value.AsSpan(0, length), out problem);
        if (key is null || SimpleSigningPayload.Read(signature.Content.Span, out problem) is not { } claim)
        {
            return null;
        }

        return Accept(key, [claim], out problem);
    }

    private PublicKey? Bundle(ImageSignature signature, out string problem)
    {
        SigstoreBundle? bundle = SigstoreBundle.Read(signature.Content.Span, out problem);
        switch (bundle)
        {
            case null:
                return null;
            case { MessageSignature.Signature: { } value }:
                // It names nothing: what it binds is the content.
                PublicKey? signer = Signer(signed.Content.Span, value, out problem);
                return signer is null ? null : Accept(signer, [new SignedClaim(signed.Digest.ToString(), Name: null)], out problem);
            case { DsseEnvelope: { Signatures: { } values } envelope }:
                byte[] bytes = envelope.SignedBytes();
                problem = "an envelope without a signature";
                PublicKey? key = null;
                foreach (byte[] value in values.Select(static entry => entry?.Sig).OfType<byte[]>())
                {
                    key ??= Signer(bytes, value, out problem);
                }

                return key is not null && InTotoStatement.Read(envelope.Payload, out problem) is { Count: > 0 } claims ? Accept(key, claims, out problem) : null;
            default:
                problem = "a bundle without a signature";
                return null;
        }
    }

    private PublicKey? Signer(ReadOnlySpan<byte> data, ReadOnlySpan<byte> value, out string problem)
    {
        problem = "a signature by none of these keys, or of other content";
        foreach (PublicKey key in keys)
        {
            if (key.Signed(data, value))
            {
                return key;
            }
        }

        return null;
    }

    private PublicKey? Accept(PublicKey key, IReadOnlyList<SignedClaim> claims, out string problem)
    {
        string by = $"a signature by {key.Fingerprint.ToString()[..KeyFingerprint.ShortLength]}";
        List<SignedClaim> ofThis = [.. claims.Where(claim => claim.Digest == signed.Digest.ToString())];
        if (ofThis.Count == 0)
        {
            problem = $"{by}, but of '{Shorten(claims[0].Digest)}'";
            return null;
        }

        string? misfit = null;
        foreach (SignedClaim claim in ofThis)
        {
            string? why = claim.Name is null ? identity.AcceptsNone ? null : "for no image by name" : identity.Problem(Shorten(claim.Name), image);
            if (why is null)
            {
                problem = "";
                return key;
            }

            misfit ??= why;
        }

        problem = $"{by}, but {misfit}";
        return null;
    }

    private static string Shorten(string text) => text.Length <= 300 ? text : text[..300] + "…";
}
