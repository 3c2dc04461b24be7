using System.Security.Cryptography;
using PodManager.Pods;

namespace PodManager.Images;

/// <summary>Computes a digest piece by piece.</summary>
internal sealed class ContentHash(string algorithm) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);

    /// <summary>The digest of something whole, by the algorithm of the digest it should have, or sha256.</summary>
    public static Digest Of(ReadOnlySpan<byte> content, string algorithm = "sha256")
    {
        using ContentHash hash = new(algorithm);
        hash.Append(content);
        return hash.Finish();
    }

    public void Append(ReadOnlySpan<byte> piece) => _hash.AppendData(piece);

    public Digest Finish()
    {
        _ = Digest.TryParse($"{(algorithm == "sha512" ? "sha512" : "sha256")}:{Convert.ToHexStringLower(_hash.GetHashAndReset())}", out Digest? digest);
        return digest!;
    }

    public void Dispose() => _hash.Dispose();
}
