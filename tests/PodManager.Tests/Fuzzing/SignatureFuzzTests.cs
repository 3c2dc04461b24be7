using System.Text;
using PodManager.Pods;
using PodManager.Tests.Store;
using PodManager.Trust;
using Xunit;

namespace PodManager.Tests.Fuzzing;

/// <summary>What says who has signed an image, and what policy.json says about it.</summary>
public sealed class SignatureFuzzTests
{
    private const string Policy = """
        {"default":[{"type":"reject"}],"transports":{"docker":{"registry.example/team":[{"type":"sigstoreSigned","keyPath":"/nonexistent/key.pub","signedIdentity":{"type":"matchRepository"}},
        {"type":"sigstoreSigned","keyData":"AAAA","signedIdentity":{"type":"remapIdentity","prefix":"a.example","signedPrefix":"b.example"}}],"*.example":[{"type":"insecureAcceptAnything"}],"":[{"type":"signedBy","keyType":"GPGKeys","keyPaths":["a"]}]}}}
        """;

    private static readonly string[] Documents =
    [
        """{"critical":{"identity":{"docker-reference":"registry.example/app"},"image":{"docker-manifest-digest":"sha256:aa"},"type":"cosign container image signature"},"optional":{"a":1}}""",
        """{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"x"}},"dsseEnvelope":{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"AAAA","keyid":""}]}}""",
        """{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"AAAA"},"signature":"AAAA"}}""",
        """{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://sigstore.dev/cosign/sign/v1","subject":[{"name":"a","digest":{"sha256":"aa"}}],"predicate":{}}""",
    ];

    private static readonly string[] Words =
    [
        "null", "[null]", "{}", "[]", "\"\"", "{\"\":null}", "{", "}", "[", "]", ",", ":", "\"", "\\ud800", "\0", "====", "-1", "1e999", "reject", "insecureAcceptAnything", "sigstoreSigned", "signedBy", "matchExact", "exactReference", "remapIdentity", "\"signedIdentity\":null,", "\"keyPaths\":[null],", "\"keyDatas\":[null],", "\"keyData\":\"x\",",
        "application/vnd.in-toto+json", "sha256",
    ];

    [Fact]
    public Task Signatures_in_all_forms() => Fuzz.RunAsync(
        "signature",
        new Mutator([.. Documents.Select(Encoding.UTF8.GetBytes)], Words),
        static input =>
        {
            _ = SimpleSigningPayload.Read(input, out _)?.ToString();
            _ = InTotoStatement.Read(input, out _).Count;
            _ = SigstoreBundle.Read(input, out _)?.DsseEnvelope?.SignedBytes();
        },
        static _ => false);

    [Fact]
    public async Task Policy_json()
    {
        using TemporaryDirectory directory = new();
        string path = directory["policy.json"];
        string[] images = ["registry.example/team/app", "x.example/y", "busybox"];
        await Fuzz.RunAsync(
            "policy.json",
            new Mutator([Encoding.UTF8.GetBytes(Policy)], Words),
            input =>
            {
                File.WriteAllBytes(path, input);
                ContainersPolicy policy = ContainersPolicy.Read(path);
                _ = policy.For(ImageRef.Parse(images[(input.Length + input.Sum(static value => value)) % images.Length])).Count;
            },
            static failure => failure is PodctlException);
    }
}
