using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace PodManager.Pods;

/// <summary>A content digest, `sha256:` and 64 lower-case hexadecimal digits or `sha512:` and 128 (OCI image-spec, descriptor.md).</summary>
internal sealed record Digest
{
    private Digest(string algorithm, string hex)
    {
        Algorithm = algorithm;
        Hex = hex;
    }

    /// <summary>sha256 or sha512.</summary>
    public string Algorithm { get; }

    public string Hex { get; }

    /// <summary>The algorithm and the first twelve digits, as listings show it.</summary>
    public string Short => $"{Algorithm}-{Hex[..12]}";

    public static bool TryParse(string text, [NotNullWhen(true)] out Digest? digest)
    {
        digest = null;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return false;
        }

        string algorithm = text[..colon];
        string hex = text[(colon + 1)..];
        int length = algorithm switch { "sha256" => 64, "sha512" => 128, _ => -1 };
        if (hex.Length != length || !hex.All(static c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f'))
        {
            return false;
        }

        digest = new Digest(algorithm, hex);
        return true;
    }

    /// <summary>Whether this is the digest of something.</summary>
    public bool IsOf(ReadOnlySpan<byte> content) =>
        Hex == Convert.ToHexStringLower(Algorithm == "sha512" ? SHA512.HashData(content) : SHA256.HashData(content));

    public override string ToString() => $"{Algorithm}:{Hex}";
}
