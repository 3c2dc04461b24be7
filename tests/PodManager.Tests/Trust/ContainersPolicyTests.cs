using System.Text;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Tests.Store;
using PodManager.Trust;
using Xunit;

namespace PodManager.Tests.Trust;

/// <summary>containers-policy.json(5), if the administrator says that it counts.</summary>
public sealed class ContainersPolicyTests : IDisposable
{
    private const string Image = "registry.example/team/app:1.0";

    private readonly TemporaryDirectory _directory = new();
    private readonly SigningKey _key = SigningKey.Ecdsa();

    public ContainersPolicyTests()
    {
        File.WriteAllText(Config, $$"""{"rktKind":"trust","rktVersion":"v1","policy":"{{_directory["policy.json"]}}"}""");
        File.WriteAllText(_directory["key.pub"], _key.Pem);
    }

    private string Config => _directory["trust.json"];

    private string Signed => $$$"""{"type":"sigstoreSigned","keyPath":"{{{_directory["key.pub"]}}}","signedIdentity":{"type":"matchRepository"}}""";

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("""{"default":[{"type":"insecureAcceptAnything"}]}""", true)]
    [InlineData("""{"default":[{"type":"reject"}]}""", false)]
    [InlineData("""{"default":[{"type":"reject"}],"transports":{"docker":{"registry.example/team":[{"type":"insecureAcceptAnything"}]}}}""", true)]
    [InlineData("""{"default":[{"type":"reject"}],"transports":{"docker":{"*.example":[{"type":"insecureAcceptAnything"}]}}}""", true)]
    [InlineData("""{"default":[{"type":"reject"}],"transports":{"docker":{"":[{"type":"insecureAcceptAnything"}]}}}""", true)]
    [InlineData("""{"default":[{"type":"reject"}],"transports":{"docker":{"registry.example/tea":[{"type":"insecureAcceptAnything"}]}}}""", false)]
    [InlineData("""{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"registry.example/team/app:1.0":[{"type":"reject"}],"registry.example":[{"type":"insecureAcceptAnything"}]}}}""", false)]
    [InlineData("""{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker-daemon":{"":[{"type":"reject"}]}}}""", true)]
    public async Task The_narrowest_scope_decides(string policy, bool isAccepted) =>
        Assert.Equal(isAccepted ? null : ExitCode.NotPermitted, (await FailureAsync(policy))?.Code);

    [Theory]
    [InlineData("oci-archive:/srv/images/app.tar:1.0", true)]
    [InlineData("oci-archive:/srv/imagesx/app.tar", false)]
    [InlineData("docker-archive:/srv/images/app.tar", true)]
    [InlineData("oci:/srv/images/app", false)]
    public async Task Archives_have_scopes_of_their_own(string image, bool isAccepted)
    {
        const string accept = """[{"type":"insecureAcceptAnything"}]""";
        string policy = $$$"""{"default":[{"type":"reject"}],"transports":{"oci-archive":{"/srv/images":{{{accept}}}},"docker-archive":{"":{{{accept}}} } } }""";
        Assert.Equal(isAccepted ? null : ExitCode.NotPermitted, (await Record.ExceptionAsync(() => VerifyAsync(image, policy)) as PodctlException)?.Code);
    }

    [Fact]
    public async Task All_requirements_of_a_scope_must_be_met()
    {
        string other = Convert.ToBase64String(Encoding.UTF8.GetBytes(SigningKey.Ecdsa().Pem));
        ImageSignature signature = Sign("registry.example/team/app");
        Assert.Null(await FailureAsync(Default(Signed), signature));
        Assert.NotNull(await FailureAsync(Default(Signed)));
        Assert.NotNull(await FailureAsync(Default($$$"""{{{Signed}}},{"type":"sigstoreSigned","keyData":"{{{other}}}","signedIdentity":{"type":"matchRepository"}}"""), signature));
        Assert.NotNull(await FailureAsync(Default($$"""{{Signed}},{"type":"reject"}"""), signature));
        TrustRecord record = await VerifyAsync(Default($$"""{"type":"insecureAcceptAnything"},{{Signed}}"""), signature);
        Assert.Equal(_key.Fingerprint, record.Key);
    }

    [Theory]
    [InlineData("registry.example/team/app:1.0", "", true)]
    [InlineData("registry.example/team/app", "", false)]
    [InlineData("registry.example/team/app:2.0", "", false)]
    [InlineData("registry.example/team/app", """,{"type":"matchRepository"}""", true)]
    [InlineData("registry.example/team/other", """,{"type":"matchRepository"}""", false)]
    [InlineData("registry.example/team/app:1.0", """,{"type":"matchExact"}""", true)]
    [InlineData("other.example/x:3", """,{"type":"exactReference","dockerReference":"other.example/x:3"}""", true)]
    [InlineData("other.example/x:4", """,{"type":"exactReference","dockerReference":"other.example/x:3"}""", false)]
    [InlineData("other.example/x:4", """,{"type":"exactRepository","dockerRepository":"other.example/x"}""", true)]
    [InlineData("origin.example/lib/app:1.0", """,{"type":"remapIdentity","prefix":"registry.example/team","signedPrefix":"origin.example/lib"}""", true)]
    [InlineData("registry.example/team/app:1.0", """,{"type":"remapIdentity","prefix":"registry.example/team","signedPrefix":"origin.example/lib"}""", false)]
    [InlineData("registry.example/team/app:1.0", """,{"type":"remapIdentity","prefix":"registry.example/tea","signedPrefix":"origin.example/lib"}""", true)]
    public async Task The_name_in_the_signature_follows_signedIdentity(string claimed, string identity, bool isAccepted)
    {
        string member = identity.Length == 0 ? "" : $",\"signedIdentity\":{identity[1..]}";
        PodctlException? failure = await FailureAsync(Default($$"""{"type":"sigstoreSigned","keyPaths":["{{_directory["key.pub"]}}"]{{member}}}"""), Sign(claimed));
        Assert.Equal(isAccepted, failure is null);
    }

    [Theory]
    [InlineData("""{"type":"signedBy","keyType":"GPGKeys","keyPath":"/x"}""", "signedBy")]
    [InlineData("""{"type":"sigstoreSigned","fulcio":{"caPath":"/x"},"rekorPublicKeyPath":"/x"}""", "not supported")]
    [InlineData("""{"type":"sigstoreSigned","keyPath":"KEY","rekorPublicKeyPath":"/x"}""", "not supported")]
    [InlineData("""{"type":"sigstoreSigned"}""", "needs one of")]
    [InlineData("""{"type":"sigstoreSigned","keyPath":"/no/such/key"}""", "no key")]
    [InlineData("""{"type":"sigstoreSigned","keyPath":"KEY","signedIdentity":{"type":"matchAll"}}""", "not known")]
    [InlineData("""{"type":"other"}""", "not known")]
    [InlineData("""{"type":"reject","more":1}""", "not valid")]
    [InlineData("null", "no requirement")]
    public async Task What_is_not_supported_is_refused_aloud(string requirement, string problem)
    {
        PodctlException? failure = await FailureAsync(Default(requirement.Replace("KEY", _directory["key.pub"], StringComparison.Ordinal)), Sign("registry.example/team/app:1.0"));
        Assert.Contains(problem, failure?.Message ?? "(accepted)", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_decision_ends_with_a_change_of_the_policy_or_its_keys()
    {
        TrustPolicy policy = new(Config, new TrustedKeys(_directory["none"], _directory["none"]), TimeProvider.System);
        foreach (string file in (string[])[Config, _directory["policy.json"], _directory["key.pub"]])
        {
            TrustRecord record = await VerifyAsync(Default(Signed), Sign("registry.example/team/app"));
            Assert.True(policy.Holds(record));
            File.AppendAllText(file, "\n");
            Assert.False(policy.Holds(record));
        }

        Assert.False(policy.Holds(new TrustRecord("none", "", default, [])));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("""{"rktKind":"trust","rktVersion":"v1","policy":"relative"}""")]
    [InlineData("""{"rktKind":"trust","rktVersion":"v1","polcy":"/x"}""")]
    [InlineData("""{"rktKind":"trust","rktVersion":"v1","policy":"/no/such/file"}""")]
    public async Task A_configuration_that_is_wrong_trusts_nobody(string config)
    {
        File.WriteAllText(Config, config);
        Assert.Equal(ExitCode.NotPermitted, (await FailureAsync(Default("""{"type":"insecureAcceptAnything"}""")))?.Code);
    }

    private static string Default(string requirements) => $$"""{"default":[{{requirements}}]}""";

    private ImageSignature Sign(string name) => _key.Simple(SigningKey.Payload(CosignFixtures.Image.Digest, name));

    private async Task<PodctlException?> FailureAsync(string policy, params ImageSignature[] signatures) =>
        await Record.ExceptionAsync(() => VerifyAsync(policy, signatures)) as PodctlException;

    private Task<TrustRecord> VerifyAsync(string policy, params ImageSignature[] signatures) => VerifyAsync(Image, policy, signatures);

    private Task<TrustRecord> VerifyAsync(string image, string policy, ImageSignature[]? signatures = null)
    {
        File.WriteAllText(_directory["policy.json"], policy);
        TrustPolicy trust = new(Config, new TrustedKeys(_directory["none"], _directory["none"]), TimeProvider.System);
        return trust.VerifyAsync(new TrustSubject(ImageRef.Parse(image), [CosignFixtures.Image]), new FakeSignatures(signatures ?? []), TestContext.Current.CancellationToken);
    }

    /// <summary>The same signatures for every digest.</summary>
    private sealed class FakeSignatures(IReadOnlyList<ImageSignature> signatures) : ISignatureSource
    {
        public Task<SignatureFindings> FindAsync(Digest signed, CancellationToken ct) => Task.FromResult(new SignatureFindings(signatures, ["a place"]));
    }
}
