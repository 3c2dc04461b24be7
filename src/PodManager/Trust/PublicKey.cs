using System.Formats.Asn1;
using System.Security.Cryptography;
using PodManager.Pods;

namespace PodManager.Trust;

/// <summary>A public key that images may be signed by: ECDSA on P-256 or P-384, RSA of 2048 bits or more, or Ed25519.</summary>
internal sealed class PublicKey
{
    private const int SmallestRsaBits = 2048;
    private const int LargestRsaBits = 8192;
    private const string PemLabel = "PUBLIC KEY";

    private readonly byte[] _der;
    private readonly int _bits;

    private PublicKey(KeyKind kind, int bits, byte[] der)
    {
        Kind = kind;
        _bits = bits;
        _der = der;
        _ = KeyFingerprint.TryParse(Convert.ToHexStringLower(SHA256.HashData(der)), out KeyFingerprint? fingerprint);
        Fingerprint = fingerprint!;
    }

    public KeyKind Kind { get; }

    public KeyFingerprint Fingerprint { get; }

    /// <summary>E.g. `ECDSA P-256`.</summary>
    public string TypeName => Kind switch
    {
        KeyKind.EcdsaP256 => "ECDSA P-256",
        KeyKind.EcdsaP384 => "ECDSA P-384",
        KeyKind.Rsa => $"RSA {_bits}",
        _ => "Ed25519",
    };

    /// <summary>SubjectPublicKeyInfo in DER.</summary>
    public ReadOnlySpan<byte> Der => _der;

    /// <summary>The key as a file has it.</summary>
    public string Pem => new string(PemEncoding.Write(PemLabel, _der)) + "\n";

    /// <summary>Reads one key in PEM, as `cosign.pub` has it.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public static string? TryParse(string text, out PublicKey? key)
    {
        key = null;
        if (!PemEncoding.TryFind(text, out PemFields fields))
        {
            return "it is not in PEM format";
        }

        string label = text[fields.Label];
        if (label != PemLabel)
        {
            return label.Contains("PRIVATE", StringComparison.Ordinal) ? "it is a private key" : $"it is a '{label}', not a '{PemLabel}'";
        }

        string rest = text[fields.Location.End..];
        if (PemEncoding.TryFind(rest, out _))
        {
            return "it has more than one key";
        }

        byte[] der = Convert.FromBase64String(text[fields.Base64Data]);
        try
        {
            return Read(der, out key);
        }
        catch (Exception damaged) when (damaged is CryptographicException or AsnContentException)
        {
            return "it is no public key in the format SubjectPublicKeyInfo";
        }
    }

    /// <summary>Whether this key signed these bytes, by any of the schemes that are in use for its kind.</summary>
    public bool Signed(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        try
        {
            return Kind switch
            {
                KeyKind.Ed25519 => Ed25519.Verify(_der.AsSpan()[^Ed25519.KeyLength..], data, signature),
                KeyKind.Rsa => RsaSigned(data, signature),
                _ => EcdsaSigned(data, signature),
            };
        }
        catch (CryptographicException)
        {
            return false; // not even the form of a signature
        }
    }

    private static string? Read(byte[] der, out PublicKey? key)
    {
        key = null;
        AsnReader reader = new(der, AsnEncodingRules.DER);
        AsnReader info = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        AsnReader algorithm = info.ReadSequence();
        string name = algorithm.ReadObjectIdentifier();
        byte[] bits = info.ReadBitString(out int unused);
        info.ThrowIfNotEmpty();
        switch (name)
        {
            case "1.2.840.10045.2.1" when algorithm.HasData && algorithm.PeekTag() == Asn1Tag.ObjectIdentifier:
                KeyKind? curve = algorithm.ReadObjectIdentifier() switch
                {
                    "1.2.840.10045.3.1.7" => KeyKind.EcdsaP256,
                    "1.3.132.0.34" => KeyKind.EcdsaP384,
                    _ => null,
                };
                if (curve is null)
                {
                    return "it is on another curve than P-256 and P-384";
                }

                using (ECDsa ecdsa = ECDsa.Create())
                {
                    ecdsa.ImportSubjectPublicKeyInfo(der, out _);
                }

                key = new PublicKey(curve.Value, 0, der);
                return null;
            case "1.2.840.113549.1.1.1":
                return ReadRsa(der, out key);
            case "1.3.101.112" when bits.Length == Ed25519.KeyLength && unused == 0:
                key = new PublicKey(KeyKind.Ed25519, 0, der);
                return null;
            default:
                return $"keys of this kind ({name}) are not understood: it must be ECDSA on P-256 or P-384, RSA or Ed25519";
        }
    }

    private static string? ReadRsa(byte[] der, out PublicKey? key)
    {
        using RSA rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(der, out _);
        key = null;
        if (rsa.KeySize is < SmallestRsaBits or > LargestRsaBits)
        {
            return $"an RSA key of {rsa.KeySize} bits is not accepted: it must have {SmallestRsaBits} to {LargestRsaBits}";
        }

        byte[] exponent = rsa.ExportParameters(includePrivateParameters: false).Exponent!;
        if (exponent is [< 3])
        {
            return "its exponent is too small to protect anything";
        }

        key = new PublicKey(KeyKind.Rsa, rsa.KeySize, der);
        return null;
    }

    private bool RsaSigned(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using RSA rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(_der, out _);
        return rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            || rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
    }

    private bool EcdsaSigned(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using ECDsa ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(_der, out _);

        // Older signers take SHA-256 whatever the curve.
        return ecdsa.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
            || Kind == KeyKind.EcdsaP384 && ecdsa.VerifyData(data, signature, HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence);
    }
}
