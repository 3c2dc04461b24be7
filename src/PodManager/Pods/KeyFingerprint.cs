using System.Diagnostics.CodeAnalysis;

namespace PodManager.Pods;

/// <summary>Which public key is meant: the SHA-256 of its SubjectPublicKeyInfo (RFC 5280) in DER, as 64 lower-case hexadecimal digits.</summary>
internal sealed record KeyFingerprint
{
    /// <summary>As listings show it.</summary>
    public const int ShortLength = 12;

    private const int Length = 64;
    private readonly string _hex;

    private KeyFingerprint(string hex) => _hex = hex;

    public static bool TryParse(string text, [NotNullWhen(true)] out KeyFingerprint? fingerprint)
    {
        bool isValid = text.Length == Length && text.All(static c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');
        fingerprint = isValid ? new KeyFingerprint(text) : null;
        return isValid;
    }

    public override string ToString() => _hex;
}
