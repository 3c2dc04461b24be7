using System.Text;
using PodManager.Images;
using PodManager.Images.Signatures;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Trust;
using Xunit;

namespace PodManager.Tests.Trust;

/// <summary>What cosign really writes is accepted, and nothing that only looks like it.</summary>
public sealed class SignatureCheckTests
{
    private const string Name = "registry.example/team/app";

    private static readonly SigningKey Key = SigningKey.Ecdsa();
    private static readonly ImageDocument Image = CosignFixtures.Image;
    private static readonly Digest Other = ContentHash.Of("another manifest"u8);

    [Theory]
    [InlineData("registry.example/team/app:1.0")]
    [InlineData("registry.example/team/app@sha256:e98a0fa5771ee522276233ee2394c87f6e5df76165787bd93735e392334d2105")]
    [InlineData("oci:/srv/app")]
    public void Signatures_by_cosign_are_verified(string name)
    {
        Assert.Null(Problem(CosignFixtures.Ecdsa, name, CosignFixtures.Key));
        Assert.Null(Problem(CosignFixtures.Ed25519, name, CosignFixtures.Ed25519Key));
        Assert.Null(Problem(CosignFixtures.Message, name, CosignFixtures.Key));
        Assert.NotNull(Problem(CosignFixtures.Ecdsa, name, CosignFixtures.Ed25519Key));
        Assert.NotNull(Problem(CosignFixtures.Message, name, CosignFixtures.Ed25519Key));
    }

    [Fact]
    public void A_bundle_by_cosign_is_verified_for_its_own_repository()
    {
        Assert.Null(Problem(CosignFixtures.Bundle, "127.0.0.1:5177/f/bundle:1.0", CosignFixtures.Key));
        Assert.Contains("f/bundle", Problem(CosignFixtures.Bundle, "127.0.0.1:5177/f/other:1.0", CosignFixtures.Key)!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Name, null)]
    [InlineData(Name + ":1.0", null)]
    [InlineData(Name + ":2.0", "but for 'registry.example/team/app:2.0'")]
    [InlineData("registry.example/team/other", "but for")]
    [InlineData("registry.example/team/app/more", "but for")]
    [InlineData("registry.example/team", "but for")]
    [InlineData("other.example/team/app", "but for")]
    [InlineData("registry.example:5000/team/app", "but for")]
    [InlineData("team/app", "but for")]
    [InlineData("", "but for")]
    [InlineData("../registry.example/team/app", "but for")]
    public void The_name_in_a_payload_must_be_the_one_asked_for(string claimed, string? problem) =>
        AssertProblem(problem, Problem(Key.Simple(SigningKey.Payload(Image.Digest, claimed)), $"{Name}:1.0"));

    [Fact]
    public void Docker_hub_s_two_names_are_one() =>
        Assert.Null(Problem(Key.Simple(SigningKey.Payload(Image.Digest, "index.docker.io/library/app")), "app:1.0"));

    [Fact]
    public void A_replayed_signature_of_another_digest_is_refused()
    {
        AssertProblem($"but of '{Other}'", Problem(Key.Simple(SigningKey.Payload(Other, Name))));
        AssertProblem($"but of '{Other}'", Problem(Bundle(Key.Bundle(SigningKey.Statement(Other)))));
    }

    [Fact]
    public void A_payload_that_was_changed_is_refused()
    {
        ImageSignature good = Key.Simple(SigningKey.Payload(Other, Name));
        AssertProblem("none of these keys", Problem(good with { Content = SigningKey.Payload(Image.Digest, Name) }));
        AssertProblem("none of these keys", Problem(SigningKey.Ecdsa().Simple(SigningKey.Payload(Image.Digest, Name))));
    }

    [Theory]
    [InlineData("!!!", "not base64")]
    [InlineData("MEQCIANAbeIlWPBhADdB", "none of these keys")]
    [InlineData("MEQCIANAbeIlWPBhADdB+", "not base64")]
    [InlineData("AAAA", "none of these keys")]
    [InlineData("MIGIAkIBAAAA", "none of these keys")]
    public void A_broken_value_is_no_signature(string value, string problem) =>
        AssertProblem(problem, Problem(new ImageSignature(SignatureFormat.SimpleSigning, SigningKey.Payload(Image.Digest, Name), value)));

    [Theory]
    [InlineData("", "cannot be understood")]
    [InlineData("[]", "cannot be understood")]
    [InlineData("{", "cannot be understood")]
    [InlineData("null", "no image's signature")]
    [InlineData("{}", "no image's signature")]
    [InlineData("""{"critical":null}""", "no image's signature")]
    [InlineData("""{"critical":{"type":"other","identity":{"docker-reference":"N"},"image":{"docker-manifest-digest":"D"}}}""", "no image's signature")]
    [InlineData("""{"critical":{"type":"cosign container image signature","identity":{},"image":{"docker-manifest-digest":"D"}}}""", "no image's signature")]
    [InlineData("""{"critical":{"type":"cosign container image signature","identity":{"docker-reference":"N"},"image":{}}}""", "no image's signature")]
    [InlineData("""{"critical":{"type":"cosign container image signature","identity":{"docker-reference":"N"},"image":{"docker-manifest-digest":"D"},"until":1}}""", "cannot be understood")]
    [InlineData("""{"critical":{"type":"cosign container image signature","identity":{"docker-reference":"N"},"image":{"docker-manifest-digest":"sha256:00","docker-manifest-digest":"D"}}}""", "cannot be understood")]
    public void A_payload_that_says_too_little_or_too_much_is_refused_though_it_is_signed(string text, string problem) => AssertProblem(
        problem,
        Problem(Key.Simple(Encoding.UTF8.GetBytes(text.Replace("\"D\"", $"\"{Image.Digest}\"", StringComparison.Ordinal).Replace("\"N\"", $"\"{Name}\"", StringComparison.Ordinal)))));

    [Fact]
    public void An_attestation_is_no_signature()
    {
        Assert.Null(Problem(Bundle(Key.Bundle(SigningKey.Statement(Image.Digest)))));
        Assert.Null(Problem(Bundle(Key.Bundle(SigningKey.Statement(Image.Digest, Name)))));
        AssertProblem("attestation", Problem(Bundle(Key.Bundle(SigningKey.Statement(Image.Digest, Name, "https://slsa.dev/provenance/v1")))));
    }

    [Fact]
    public void A_bundle_of_another_type_is_refused()
    {
        string good = Encoding.UTF8.GetString(Key.Bundle(SigningKey.Statement(Image.Digest)));
        AssertProblem("version 0.3", Problem(Bundle(good.Replace("v0.3", "v0.9", StringComparison.Ordinal))));
        AssertProblem("not valid JSON", Problem(Bundle(good[..^2])));
        AssertProblem("not valid JSON", Problem(Bundle(good.Replace("\"sig\":\"", "\"sig\":\"!", StringComparison.Ordinal))));
        AssertProblem("without one signature", Problem(Bundle($$"""{"mediaType":"{{SignatureTypes.Bundle}}"}""")));
        AssertProblem("without a signature", Problem(Bundle($$$"""{"mediaType":"{{{SignatureTypes.Bundle}}}","messageSignature":{}}""")));
        AssertProblem("envelope of the type", Problem(Bundle(Key.Bundle(SigningKey.Statement(Image.Digest), "text/plain"))));

        // The type is part of what is signed.
        string retyped = Encoding.UTF8.GetString(Key.Bundle(SigningKey.Statement(Image.Digest), "text/plain")).Replace("text/plain", "application/vnd.in-toto+json", StringComparison.Ordinal);
        AssertProblem("none of these keys", Problem(Bundle(retyped)));
    }

    private static ImageSignature Bundle(string text) => Bundle(Encoding.UTF8.GetBytes(text));

    private static ImageSignature Bundle(byte[] content) => new(SignatureFormat.Bundle, content, Value: null);

    private static void AssertProblem(string? expected, string? actual)
    {
        if (expected is null)
        {
            Assert.Null(actual);
        }
        else
        {
            Assert.Contains(expected, actual ?? "(accepted)", StringComparison.Ordinal);
        }
    }

    /// <returns>Null if it is accepted.</returns>
    private static string? Problem(ImageSignature signature, string name = Name, string? pem = null)
    {
        Assert.Null(PublicKey.TryParse(pem ?? Key.Pem, out PublicKey? key));
        SignatureCheck check = new(ImageRef.Parse(name), Image, [SigningKey.Ecdsa().Public, key!], new NamedIdentity());
        return check.KeyOf(signature, out string problem) is { } by ? by.Fingerprint == key!.Fingerprint ? null : "the wrong key" : problem;
    }
}
