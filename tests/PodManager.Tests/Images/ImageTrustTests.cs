using PodManager.Images;
using PodManager.Images.Signatures;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Store;
using PodManager.Tests.Images.Registry;
using PodManager.Tests.Images.Tar;
using PodManager.Tests.Store;
using PodManager.Tests.Trust;
using PodManager.Trust;
using Xunit;

namespace PodManager.Tests.Images;

/// <summary>Fetching and finding images that must be signed: a registry on loopback, keys and a store on disk.</summary>
public sealed partial class ImageTrustTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TestRegistry _registry = new();
    private readonly TestHost _host = new(TimeProvider.System);
    private readonly FakeMessages _messages = new();
    private readonly SigningKey _key = SigningKey.Ecdsa();
    private readonly TestImage _image = new TestImage().Layer(new TarBuilder().File("file"));

    public ImageTrustTests()
    {
        _ = Directory.CreateDirectory(_directory["etc"]);
        _ = _registry.Add("team/app", _image);
        Trust(_key);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Digest Id => ContentHash.Of(_image.Manifest);

    private TrustedKeys Keys => new(_directory["etc/trustedkeys"], _directory["usr/trustedkeys"]);

    private TrustScope Scope
    {
        get
        {
            Assert.Null(TrustScope.TryParse($"{_registry.Host}/team", out TrustScope? scope));
            return scope!;
        }
    }

    public void Dispose()
    {
        _registry.Dispose();
        _host.Dispose();
        _directory.Dispose();
    }

    [RootFact]
    public async Task A_signed_image_is_verified_once()
    {
        _key.SignAtTag(_registry, "team/app", Id);

        StoredImage image = await GetAsync();

        TrustRecord trust = Assert.Single(image.Names).Trust!;
        Assert.Equal((_key.Fingerprint, $"prefix {_registry.Host}/team", Id.ToString()), (trust.Key, trust.Rule, trust.Signed));
        Assert.Empty(_messages.Warnings);

        // From now on nobody has to be asked.
        int requests = _registry.Requests.Count;
        _ = await GetAsync();
        _ = await GetAsync(policy: PullPolicy.Never);
        _ = await GetAsync(Id.ToString());
        Assert.Equal(requests, _registry.Requests.Count);
        using ImageStore store = OpenStore();
        Assert.Equal(_key.Fingerprint, Assert.Single(Assert.Single(store.List()).Verified).Trust!.Key);
    }

    [RootTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_bundle_among_the_referrers_counts(bool hasApi)
    {
        _key.SignAsReferrer(_registry, "team/app", Id, SigningKey.Statement(Id), hasApi);
        Assert.NotNull(Assert.Single((await GetAsync()).Names).Trust);
    }

    [RootFact]
    public async Task A_signature_of_the_index_counts_for_the_image_in_it()
    {
        byte[] index = TestImage.Index(_image.Entry());
        _registry.AddIndex("team/app", index);
        _ = await RefusalAsync();

        _key.SignAtTag(_registry, "team/app", ContentHash.Of(index));

        Assert.Equal(ContentHash.Of(index).ToString(), Assert.Single((await GetAsync()).Names).Trust!.Signed);
    }

    [RootFact]
    public async Task A_refusal_says_what_was_looked_for_and_fetches_no_layer()
    {
        PodctlException failure = await RefusalAsync();
        string text = failure.InnerException!.Message;
        Assert.Equal(ExitCode.NotPermitted, failure.Code);
        Assert.Contains($"{_key.Fingerprint[..12]} of prefix {_registry.Host}/team", text, StringComparison.Ordinal);
        Assert.Contains($"tag sha256-{Id.Hex}.sig: not there", text, StringComparison.Ordinal);
        Assert.Contains($"podctl trust add --prefix={_registry.Host}/team/app KEYFILE", failure.Hint, StringComparison.Ordinal);
        Assert.Equal(1, _registry.CountOf("/blobs/")); // the configuration
        using ImageStore store = OpenStore();
        Assert.Empty(store.List());
    }

    [RootFact]
    public async Task Signatures_by_others_for_others_or_of_others_do_not_count()
    {
        SigningKey.Ecdsa().SignAtTag(_registry, "team/app", Id);
        Assert.Contains("none of these keys", (await RefusalAsync()).InnerException!.Message, StringComparison.Ordinal);

        _key.SignAtTag(_registry, "team/app", Id, $"{_registry.Host}/team/other");
        Assert.Contains("team/other", (await RefusalAsync()).InnerException!.Message, StringComparison.Ordinal);

        _key.SignAtTag(_registry, "team/app", Id, $"{_registry.Host}/team/app:2.0");
        Assert.Contains("team/app:2.0", (await RefusalAsync()).InnerException!.Message, StringComparison.Ordinal);

        // A replay: the signature of an older image at the place where this one's belongs.
        TestImage older = new TestImage().Layer(new TarBuilder().File("older"));
        byte[] payload = SigningKey.Payload(ContentHash.Of(older.Manifest), $"{_registry.Host}/team/app");
        PutSignature(payload, Convert.ToBase64String(_key.Sign(payload)));
        Assert.Contains("but of", (await RefusalAsync()).InnerException!.Message, StringComparison.Ordinal);

        // A key that is trusted for another prefix.
        _ = Keys.Remove(Scope, _key.Public.Fingerprint);
        Assert.Contains("no key is trusted", (await RefusalAsync()).InnerException!.Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task Places_that_are_filled_with_rubbish_are_named()
    {
        PutSignature(new byte[70_000], "AAAA");
        Assert.Contains("larger than 64 KiB", (await RefusalAsync()).InnerException!.Message, StringComparison.Ordinal);

        PutSignature("x"u8.ToArray(), "AAAA", "application/x-other");
        Assert.Contains("application/x-other", (await RefusalAsync()).InnerException!.Message, StringComparison.Ordinal);

        PutSignature("x"u8.ToArray(), "");
        Assert.Contains("without a signature", (await RefusalAsync()).InnerException!.Message, StringComparison.Ordinal);

        _registry.Put($"/v2/team/app/manifests/sha256-{Id.Hex}.sig", "<html>"u8.ToArray(), "text/html");
        Assert.Contains("no signature's manifest", (await RefusalAsync()).InnerException!.Message, StringComparison.Ordinal);

        string layer = TestImage.Descriptor("missing"u8.ToArray(), SignatureTypes.Bundle);
        byte[] many = System.Text.Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"layers":[{{string.Join(',', Enumerable.Repeat(layer, 5000))}}]}""");
        int before = _registry.CountOf("/blobs/");
        _registry.Put($"/v2/team/app/manifests/sha256-{Id.Hex}.sig", many, "application/vnd.oci.image.manifest.v1+json");
        Assert.Contains("more than 64", (await RefusalAsync()).InnerException!.Message, StringComparison.Ordinal);
        Assert.InRange(_registry.CountOf("/blobs/") - before, 64, 65);

        byte[] nulls = """{"schemaVersion":2,"layers":[null],"manifests":[null]}"""u8.ToArray();
        _registry.Put($"/v2/team/app/manifests/sha256-{Id.Hex}.sig", nulls, "application/vnd.oci.image.manifest.v1+json");
        _registry.Put($"/v2/team/app/manifests/sha256-{Id.Hex}", nulls, "application/vnd.oci.image.index.v1+json");
        _ = await RefusalAsync();
    }

    [RootFact]
    public async Task A_payload_that_is_not_what_its_digest_says_does_not_count()
    {
        _key.SignAtTag(_registry, "team/app", Id);
        byte[] payload = SigningKey.Payload(Id, $"{_registry.Host}/team/app");
        _registry.Put($"/v2/team/app/blobs/{ContentHash.Of(payload)}", [.. payload[..^1], (byte)' '], "application/octet-stream");
        Assert.Contains("cannot be read", (await RefusalAsync()).InnerException!.Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_key_that_is_removed_ends_what_it_decided()
    {
        _key.SignAtTag(_registry, "team/app", Id);
        _ = await GetAsync();
        _ = Keys.Remove(Scope, _key.Public.Fingerprint);
        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(() => GetAsync());
        Assert.Equal(ExitCode.NotPermitted, failure.Code);

        // Another one that signed it too, and the stored image is as good as before.
        SigningKey next = SigningKey.Ed25519();
        Trust(next);
        next.SignAtTag(_registry, "team/app", Id);
        int blobs = _registry.CountOf("/blobs/");
        Assert.Equal(next.Fingerprint, Assert.Single((await GetAsync()).Names).Trust!.Key);
        Assert.Equal(blobs + 1, _registry.CountOf("/blobs/")); // the payload
    }

    [RootFact]
    public async Task What_came_unverified_is_verified_when_it_is_first_asked_for()
    {
        _ = await GetAsync(isSkipped: true);
        Assert.Contains("not verified", Assert.Single(_messages.Warnings), StringComparison.Ordinal);
        _ = await GetAsync(isSkipped: true, policy: PullPolicy.Never);
        Assert.Equal(2, _messages.Warnings.Count);

        Assert.Equal(ExitCode.NotPermitted, (await Assert.ThrowsAsync<PodctlException>(() => GetAsync())).Code);
        Assert.Equal(ExitCode.NotPermitted, (await Assert.ThrowsAsync<PodctlException>(() => GetAsync(Id.ToString()))).Code);
        Assert.Equal(ExitCode.NotPermitted, (await Assert.ThrowsAsync<PodctlException>(() => GetAsync(policy: PullPolicy.Never))).Code);

        // The tag has moved meanwhile, and it is the stored digest whose signature is asked for.
        _key.SignAtTag(_registry, "team/app", Id);
        _ = _registry.Add("team/app", new TestImage().Layer(new TarBuilder().File("newer")));
        Assert.Equal(Id, (await GetAsync()).Id);
        Assert.Equal(Id, (await GetAsync(policy: PullPolicy.Never)).Id);
        Assert.Equal(2, _messages.Warnings.Count);
    }

    [RootFact]
    public async Task A_newer_image_does_not_inherit_trust()
    {
        _key.SignAtTag(_registry, "team/app", Id);
        _ = await GetAsync();
        _ = _registry.Add("team/app", new TestImage().Layer(new TarBuilder().File("newer")));

        _ = await RefusalAsync(PullPolicy.Update);
        Assert.Equal(Id, (await GetAsync()).Id);

        StoredImage newer = await GetAsync(isSkipped: true, policy: PullPolicy.Update);
        Assert.Null(Assert.Single(newer.Names).Trust);
        _ = await Assert.ThrowsAsync<PodctlException>(() => GetAsync());
    }

    [RootTheory]
    [InlineData(nameof(PullPolicy.New))]
    [InlineData(nameof(PullPolicy.Update))]
    [InlineData(nameof(PullPolicy.Never))]
    public async Task Whatever_the_pull_policy_is_what_was_decided_must_still_hold(string name)
    {
        PullPolicy policy = Enum.Parse<PullPolicy>(name);
        _key.SignAtTag(_registry, "team/app", Id);
        _ = await GetAsync();
        Assert.Equal(Id, (await GetAsync(policy: policy)).Id);

        _ = Keys.Remove(Scope, _key.Public.Fingerprint);
        Assert.Equal(ExitCode.NotPermitted, (await RefusalAsync(policy)).Code);
        Assert.Equal(ExitCode.NotPermitted, (await Assert.ThrowsAsync<PodctlException>(() => GetAsync(Id.ToString(), policy: policy))).Code);

        // Back again, it is as if it had never been gone.
        Trust(_key);
        Assert.Equal(Id, (await GetAsync(policy: policy)).Id);

        SetPolicy("reject");
        Assert.Equal(ExitCode.NotPermitted, (await RefusalAsync(policy)).Code);
        Assert.Equal(ExitCode.NotPermitted, (await Assert.ThrowsAsync<PodctlException>(() => GetAsync(Id.ToString(), policy: policy))).Code);
        Assert.Empty(_messages.Warnings);
    }

    [RootFact]
    public async Task What_one_policy_let_in_is_no_argument_for_the_next()
    {
        SetPolicy("insecureAcceptAnything");
        Assert.Null(Assert.Single((await GetAsync()).Names).Trust!.Key);
        Assert.Equal(Id, (await GetAsync(policy: PullPolicy.Never)).Id);

        File.Delete(_directory["etc/trust.json"]);
        _ = await RefusalAsync();
        _ = await RefusalAsync(PullPolicy.Update);
        _key.SignAtTag(_registry, "team/app", Id);
        Assert.Equal(_key.Fingerprint, Assert.Single((await GetAsync(policy: PullPolicy.Update)).Names).Trust!.Key);
    }

    [RootFact]
    public async Task A_signature_that_was_taken_away_is_missed()
    {
        TestImage newer = new TestImage().Layer(new TarBuilder().File("newer"));
        _key.SignAtTag(_registry, "team/app", Id);
        _key.SignAtTag(_registry, "team/app", ContentHash.Of(newer.Manifest));
        _registry.Intercept = static request => request.Path.EndsWith(".sig", StringComparison.Ordinal) ? new TestResponse(404) : null;
        Assert.Contains("not there", (await RefusalAsync()).InnerException!.Message, StringComparison.Ordinal);

        _registry.Intercept = static _ => null;
        _ = await GetAsync();
        _registry.Intercept = static request => request.Path.EndsWith(".sig", StringComparison.Ordinal) ? new TestResponse(404) : null;
        _ = _registry.Add("team/app", newer);
        _ = await RefusalAsync(PullPolicy.Update);
    }

    [RootFact]
    public async Task An_older_image_does_not_come_back_with_its_good_signature()
    {
        TestImage older = new TestImage { Created = "2026-01-31T23:59:59.9Z" }.Layer(new TarBuilder().File("older"));
        TestImage newer = new TestImage { Created = "2026-02-01T00:00:00+00:00" }.Layer(new TarBuilder().File("newer"));
        string name = $"{_registry.Host}/team/app";
        _key.SignAtTag(_registry, "team/app", ContentHash.Of(older.Manifest));
        _key.SignAtTag(_registry, "team/app", ContentHash.Of(newer.Manifest));
        _ = _registry.Add("team/app", older);
        _ = await GetAsync(policy: PullPolicy.Update);
        _ = _registry.Add("team/app", newer);
        _ = await GetAsync(policy: PullPolicy.Update);

        _ = _registry.Add("team/app", older);
        PodctlException refusal = await RefusalAsync(PullPolicy.Update);
        Assert.Equal(ExitCode.NotPermitted, refusal.Code);
        Assert.Contains("older than the image of this name", refusal.InnerException!.Message, StringComparison.Ordinal);
        Assert.Contains($"podctl fetch {name}@{ContentHash.Of(older.Manifest)}", refusal.Hint, StringComparison.Ordinal);
        Assert.Equal(ContentHash.Of(newer.Manifest), (await GetAsync(policy: PullPolicy.New)).Id);

        // Who wants it says so: by its digest, or by forgetting the newer one.
        Assert.Equal(ContentHash.Of(older.Manifest), (await GetAsync($"{name}@{ContentHash.Of(older.Manifest)}")).Id);
        using (ImageStore store = OpenStore())
        {
            _ = store.Remove(ImageRef.Parse(name), Ct);
        }

        Assert.Equal(ContentHash.Of(older.Manifest), (await GetAsync(policy: PullPolicy.Update)).Id);
    }

    [RootFact]
    public async Task A_repair_puts_back_what_was_there_and_decides_nothing()
    {
        StoredImage unverified = await GetAsync(isRepair: true, policy: PullPolicy.Update);
        Assert.Null(Assert.Single(unverified.Names).Trust);
        Assert.Empty(_messages.Warnings);
        _ = await RefusalAsync();

        _key.SignAtTag(_registry, "team/app", Id);
        _ = await GetAsync();
        _ = await GetAsync(isRepair: true, policy: PullPolicy.Update);
        Assert.NotNull(Assert.Single((await GetAsync(policy: PullPolicy.Never)).Names).Trust);
    }

    private void SetPolicy(string type)
    {
        File.WriteAllText(_directory["etc/policy.json"], $$"""{"default":[{"type":"{{type}}"}]}""");
        File.WriteAllText(_directory["etc/trust.json"], $$"""{"rktKind":"trust","rktVersion":"v1","policy":"{{_directory["etc/policy.json"]}}"}""");
    }

    private void PutSignature(byte[] payload, string value, string type = SignatureTypes.SimpleSigning)
    {
        byte[] manifest = SigningKey.Artifact(payload, type, $$$""","annotations":{"{{{SignatureTypes.SignatureAnnotation}}}":"{{{value}}}"}""");
        _registry.Put($"/v2/team/app/blobs/{ContentHash.Of(payload)}", payload, "application/octet-stream");
        _registry.Put($"/v2/team/app/manifests/sha256-{Id.Hex}.sig", manifest, "application/vnd.oci.image.manifest.v1+json");
    }

    private void Trust(SigningKey key) => _ = Keys.Add(Scope, new KeyFile(key.Public.Fingerprint, key.Public.TypeName, key.Pem));

    private ImageStore OpenStore() => new(_directory.Path, new LayerStore(_directory.Path, TimeProvider.System, new FakeProgress()), static () => new HashSet<string>(), TimeProvider.System);

    private async Task<PodctlException> RefusalAsync(PullPolicy policy = PullPolicy.New) => await Assert.ThrowsAsync<PodctlException>(() => GetAsync(policy: policy));

    /// <summary>As one podctl does it, from its start to its end.</summary>
    private async Task<StoredImage> GetAsync(string? name = null, bool isSkipped = false, bool isRepair = false, PullPolicy policy = PullPolicy.New)
    {
        using ImageStore store = OpenStore();
        TrustPolicy trust = new(_directory["etc/trust.json"], Keys, TimeProvider.System);
        ImageSource source = new(store, new LayerStore(_directory.Path, TimeProvider.System, new FakeProgress()), new ImageGate(store, trust, _messages), _host.Registries, new FakeProgress());
        return await source.GetAsync(name ?? $"{_registry.Host}/team/app", new FetchOptions(policy, AllowHttp: true, AllowBadTls: false) { SkipTrust = isSkipped, IsRepair = isRepair }, Ct);
    }
}
