using Curve = Org.BouncyCastle.Math.EC.Rfc8032.Ed25519;

namespace PodManager.Trust;

/// <summary>Ed25519 (RFC 8032), which .NET has not: the one use of BouncyCastle.</summary>
internal static class Ed25519
{
    public const int KeyLength = 32;
    private const int SignatureLength = 64;

    public static bool Verify(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        key.Length == KeyLength && signature.Length == SignatureLength
        && Curve.Verify(signature.ToArray(), 0, key.ToArray(), 0, data.ToArray(), 0, data.Length);
}
