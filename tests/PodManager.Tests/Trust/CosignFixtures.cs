using System.Text;
using PodManager.Images;
using PodManager.Lifecycle;

namespace PodManager.Tests.Trust;

/// <summary>
/// What Debian's cosign 2.5 and an OCI registry made of a small image, byte for byte:
/// `cosign generate-key-pair`, `cosign import-key-pair` of a key by `openssl genpkey -algorithm ed25519`, then for each key
/// `cosign sign --key=K --tlog-upload=false --sign-container-identity=registry.example/team/app HOST/NAME@DIGEST`,
/// `cosign attest --key=K --new-bundle-format --type=https://sigstore.dev/cosign/sign/v1 --predicate=FILE --tlog-upload=false HOST/NAME@DIGEST` and
/// `cosign sign-blob --key=K --new-bundle-format --bundle=FILE --tlog-upload=false MANIFEST`.
/// </summary>
internal static class CosignFixtures
{
    public const string Key = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEzPtZcZYCEEhhB3SaPCqgHjyDjK1s
        XzFtJBGXQiEdf1hdFT3IUnaaGUQ+voDSzUNazYaxCNw9DrCpCnNmNk6T4A==
        -----END PUBLIC KEY-----
        """;

    public const string Ed25519Key = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEACEm9Ycx/COwe8Gqh5icDCyw50HtYGoil87FtheUAxik=
        -----END PUBLIC KEY-----
        """;

    private const string Manifest = """{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:caf1913585fd128e21976d3ce0d944026c936aed4f60901bcab5b15e15dd2354","size":608},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:421a3551b605dd3e22f66e8529c4aab435a070aef7758824a33f792c5e4dbe35","size":1119210}]}""" + "\n";
    private const string Payload = """{"critical":{"identity":{"docker-reference":"registry.example/team/app"},"image":{"docker-manifest-digest":"sha256:e98a0fa5771ee522276233ee2394c87f6e5df76165787bd93735e392334d2105"},"type":"cosign container image signature"},"optional":null}""";
    private const string BundleText = """{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial":{"publicKey":{"hint":"hDryc1HR+G4Id/8NFWv2TnpzmgheiOEkpZbaHMqeqh0="}}, "dsseEnvelope":{"payload":"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjAuMSIsInByZWRpY2F0ZVR5cGUiOiJodHRwczovL3NpZ3N0b3JlLmRldi9jb3NpZ24vc2lnbi92MSIsInN1YmplY3QiOlt7Im5hbWUiOiIxMjcuMC4wLjE6NTE3Ny9mL2J1bmRsZSIsImRpZ2VzdCI6eyJzaGEyNTYiOiJlOThhMGZhNTc3MWVlNTIyMjc2MjMzZWUyMzk0Yzg3ZjZlNWRmNzYxNjU3ODdiZDkzNzM1ZTM5MjMzNGQyMTA1In19XSwicHJlZGljYXRlIjp7fX0=", "payloadType":"application/vnd.in-toto+json", "signatures":[{"sig":"MEQCIFA7yYR/wCrl+iWthK8bJGLVUlsUJgmOmiX1aIfGEFQdAiAegmZsHBvyQfbnwJ/qlnBkkPJMsVdT3tMGCQVoOk5dzA=="}]}}""";
    private const string MessageText = """{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial":{"publicKey":{"hint":"hDryc1HR+G4Id/8NFWv2TnpzmgheiOEkpZbaHMqeqh0="}}, "messageSignature":{"messageDigest":{"algorithm":"SHA2_256", "digest":"6YoPpXce5SInYjPuI5TIf25d92FleHvZNzXjkjNNIQU="}, "signature":"MEYCIQDBnkfzQ5Ek8PHNfdPmP8mc/u0gDU4KrSHStXAK4Jw2ywIhAP2mhP1CUOGfgrxrBnvPb7YF+zfxBKMUla+hLcHTo6Ts"}}""";

    public static ImageDocument Image { get; } = Document(Manifest);

    public static ImageSignature Ecdsa { get; } = Simple("MEQCIANAbeIlWPBhADdB+cBTAzNMAO5po7Paysz3jfPyBr3kAiBREmnDozaHIJ3kS5bWuuBJ6b+OwJNEuPKT5G8p3oW/oA==");

    public static ImageSignature Ed25519 { get; } = Simple("TWBUt/IzXncp941ZCt5ojZD91yQDt6Zw+owRp+JD7HDhH6EVZ9rniFcjSVcYi5lECxOls9gp7342WgOapWfKCQ==");

    /// <summary>For `127.0.0.1:5177/f/bundle`.</summary>
    public static ImageSignature Bundle { get; } = new(SignatureFormat.Bundle, Encoding.UTF8.GetBytes(BundleText), Value: null);

    public static ImageSignature Message { get; } = new(SignatureFormat.Bundle, Encoding.UTF8.GetBytes(MessageText), Value: null);

    private static ImageSignature Simple(string value) => new(SignatureFormat.SimpleSigning, Encoding.UTF8.GetBytes(Payload), value);

    private static ImageDocument Document(string text)
    {
        byte[] content = Encoding.UTF8.GetBytes(text);
        return new ImageDocument(ContentHash.Of(content), "application/vnd.oci.image.manifest.v1+json", content);
    }
}
