using System.Security.Cryptography;
using PodManager.Trust;
using Xunit;

namespace PodManager.Tests.Trust;

public sealed class PublicKeyTests
{
    public static TheoryData<string> Kinds => new("ECDSA P-256", "ECDSA P-384", "ECDSA P-384 with SHA-384", "RSA 2048", "RSA 3072 PSS", "Ed25519");

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_signature_counts_for_its_key_and_its_data_only(string kind)
    {
        SigningKey key = Create(kind);
        SigningKey other = Create(kind);
        byte[] data = "data"u8.ToArray();
        byte[] signature = key.Sign(data);

        Assert.StartsWith(key.Public.TypeName, kind, StringComparison.Ordinal);
        Assert.True(key.Public.Signed(data, signature));
        Assert.False(other.Public.Signed(data, signature));
        Assert.False(key.Public.Signed("date"u8, signature));
        Assert.False(key.Public.Signed(data, [.. signature[..^1], (byte)~signature[^1]]));
        Assert.False(key.Public.Signed(data, signature.AsSpan(..^1)));
        Assert.False(key.Public.Signed(data, [.. signature, 0]));
        Assert.False(key.Public.Signed(data, []));
        Assert.False(key.Public.Signed(data, new byte[signature.Length]));
        Assert.False(key.Public.Signed(data, new byte[100_000]));
    }

    [Fact]
    public void The_fingerprint_is_that_of_the_key_not_of_its_file()
    {
        SigningKey key = SigningKey.Ecdsa();
        Assert.Null(PublicKey.TryParse("# a comment\r\n" + key.Pem.Replace("\n", "\r\n", StringComparison.Ordinal), out PublicKey? again));
        Assert.Equal(key.Public.Fingerprint, again!.Fingerprint);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(again.Der)), again.Fingerprint.ToString());
        Assert.Equal(key.Pem, again.Pem);
    }

    [Fact]
    public void Weak_and_strange_keys_are_refused()
    {
        Assert.Contains("1024 bits", Problem(Raw(RSA.Create(1024).ExportSubjectPublicKeyInfo())), StringComparison.Ordinal);
        Assert.Contains("curve", Problem(Raw(ECDsa.Create(ECCurve.NamedCurves.nistP521).ExportSubjectPublicKeyInfo())), StringComparison.Ordinal);
        Assert.Contains("private", Problem(ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportPkcs8PrivateKeyPem()), StringComparison.Ordinal);
        Assert.Contains("RSA PUBLIC KEY", Problem(RSA.Create(2048).ExportRSAPublicKeyPem()), StringComparison.Ordinal);
        Assert.Contains("more than one", Problem(SigningKey.Ecdsa().Pem + SigningKey.Ecdsa().Pem), StringComparison.Ordinal);
        Assert.Contains("PEM", Problem("ssh-ed25519 AAAA"), StringComparison.Ordinal);
        Assert.Contains("PEM", Problem(""), StringComparison.Ordinal);
        byte[] good = SigningKey.Ecdsa().Public.Der.ToArray();
        Assert.NotNull(Problem(Raw([.. good, 0])));
        Assert.NotNull(Problem(Raw(good[..^1])));
        Assert.NotNull(Problem(Raw(new byte[91])));

        // A point that is not on the curve.
        byte[] off = [.. good];
        off[^1] ^= 1;
        Assert.NotNull(Problem(Raw(off)));
    }

    private static SigningKey Create(string kind) => kind switch
    {
        "ECDSA P-256" => SigningKey.Ecdsa(),
        "ECDSA P-384" => SigningKey.Ecdsa("nistP384"),
        "ECDSA P-384 with SHA-384" => SigningKey.Ecdsa("nistP384", "SHA384"),
        "RSA 2048" => SigningKey.Rsa(),
        "RSA 3072 PSS" => SigningKey.Rsa(3072, isPss: true),
        _ => SigningKey.Ed25519(),
    };

    private static string Raw(byte[] der) => new(PemEncoding.Write("PUBLIC KEY", der));

    private static string Problem(string text) => PublicKey.TryParse(text, out _)!;
}
