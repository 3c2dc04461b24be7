using PodManager.Images;
using PodManager.Images.Signatures;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Tests.Images.Registry;
using PodManager.Tests.Images.Tar;
using PodManager.Tests.Trust;
using Xunit;

namespace PodManager.Tests.Images;

/// <content>Mirrors, layouts and archives.</content>
public sealed partial class ImageTrustTests
{
    [RootFact]
    public async Task Trust_is_by_the_name_that_was_asked_for_whatever_mirror_has_the_image()
    {
        using TestRegistry origin = new();
        string mirrored = UseMirror(origin);
        Assert.Null(TrustScope.TryParse("registry.example/team", out TrustScope? scope));

        // The key is trusted for the mirror's name, which is nobody's here.
        _key.SignAtTag(_registry, "team/app", Id, "registry.example/team/app");
        Assert.Contains("no key is trusted for 'registry.example/team/app'", (await Assert.ThrowsAsync<PodctlException>(() => GetAsync(mirrored))).InnerException!.Message, StringComparison.Ordinal);

        _ = Keys.Add(scope!, new KeyFile(_key.Public.Fingerprint, _key.Public.TypeName, _key.Pem));
        _ = Keys.Remove(Scope, _key.Public.Fingerprint);
        _key.SignAtTag(_registry, "team/app", Id);
        Assert.Contains("for '127.0.0.1", (await Assert.ThrowsAsync<PodctlException>(() => GetAsync(mirrored))).InnerException!.Message, StringComparison.Ordinal);

        _key.SignAtTag(_registry, "team/app", Id, "registry.example/team/app");
        Assert.Equal("prefix registry.example/team", Assert.Single((await GetAsync(mirrored)).Names).Trust!.Rule);
    }

    [RootTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Signatures_that_a_mirror_lacks_are_looked_for_behind_it(bool isTag)
    {
        using TestRegistry origin = new();
        string mirrored = UseMirror(origin);
        Assert.Null(TrustScope.TryParse("registry.example", out TrustScope? scope));
        _ = Keys.Add(scope!, new KeyFile(_key.Public.Fingerprint, _key.Public.TypeName, _key.Pem));
        if (isTag)
        {
            _key.SignAtTag(origin, "team/app", Id, "registry.example/team/app");
        }
        else
        {
            _key.SignAsReferrer(origin, "team/app", Id, SigningKey.Statement(Id), hasApi: true);
        }

        Assert.NotNull(Assert.Single((await GetAsync(mirrored)).Names).Trust);

        // And the image itself comes from the mirror all the same.
        Assert.Equal(1, _registry.CountOf(ContentHash.Of(_image.Blobs[0]).ToString()));
        Assert.Equal(0, origin.CountOf(ContentHash.Of(_image.Blobs[0]).ToString()));
    }

    [RootFact]
    public async Task A_mirror_with_the_signatures_is_enough_if_nobody_else_answers()
    {
        TestRegistry origin = new();
        string mirrored = UseMirror(origin);
        origin.Dispose();
        Assert.Null(TrustScope.TryParse("registry.example", out TrustScope? scope));
        _ = Keys.Add(scope!, new KeyFile(_key.Public.Fingerprint, _key.Public.TypeName, _key.Pem));
        _key.SignAtTag(_registry, "team/app", Id, "registry.example/team/app");

        Assert.NotNull(Assert.Single((await GetAsync(mirrored)).Names).Trust);
    }

    [RootFact]
    public async Task An_oci_archive_holds_its_signatures_itself()
    {
        string archive = _directory["app.tar"];
        await File.WriteAllBytesAsync(archive, SignedLayout().Aggregate(new TarBuilder(), static (tar, file) => tar.Entry(file.Path, '0', content: file.Content)).Build(), Ct);

        PodctlException refusal = await Assert.ThrowsAsync<PodctlException>(() => GetAsync($"oci-archive:{archive}:1.0"));
        Assert.Equal(ExitCode.NotPermitted, refusal.Code);
        Assert.Contains($"podctl trust add --prefix=oci-archive:{archive} KEYFILE", refusal.Hint, StringComparison.Ordinal);

        Assert.Null(TrustScope.TryParse($"oci-archive:{_directory.Path}", out TrustScope? scope));
        _ = Keys.Add(scope!, new KeyFile(_key.Public.Fingerprint, "", _key.Pem));
        Assert.Equal(_key.Fingerprint, Assert.Single((await GetAsync($"oci-archive:{archive}")).Names).Trust!.Key);
        Assert.Equal(Id, (await GetAsync($"oci-archive:{archive}:1.0")).Id);
        Assert.Equal(Id, (await GetAsync($"oci-archive:{archive}:1.0", policy: PullPolicy.Never)).Id);

        // By its id the key's end counts, too; and by then the archive may be gone.
        _ = Keys.Remove(scope!, _key.Public.Fingerprint);
        File.Delete(archive);
        _ = await Assert.ThrowsAsync<PodctlException>(() => GetAsync(Id.ToString()));
    }

    [RootFact]
    public async Task An_archive_of_docker_save_holds_no_signatures()
    {
        string archive = _directory["app.tar"];
        string config = ContentHash.Of(_image.Config).Hex;
        byte[] layer = new TarBuilder().File("file").Build();
        await File.WriteAllBytesAsync(
            archive,
            new TarBuilder().Entry("0.tar", '0', content: layer).Entry($"{config}.json", '0', content: _image.Config)
                .File("manifest.json", $$"""[{"Config":"{{config}}.json","RepoTags":["app"],"Layers":["0.tar"]}]""").Build(),
            Ct);
        _ = Keys.Add(TrustScope.Root, new KeyFile(_key.Public.Fingerprint, "", _key.Pem));

        PodctlException refusal = await Assert.ThrowsAsync<PodctlException>(() => GetAsync($"docker-archive:{archive}"));
        Assert.Equal(ExitCode.NotPermitted, refusal.Code);
        Assert.Contains("hold no signatures", refusal.InnerException!.Message, StringComparison.Ordinal);
        Assert.Contains("--insecure-options=image", refusal.Hint, StringComparison.Ordinal);

        _ = await GetAsync($"docker-archive:{archive}", isSkipped: true);
        _ = await Assert.ThrowsAsync<PodctlException>(() => GetAsync($"docker-archive:{archive}"));
        SetPolicy("insecureAcceptAnything");
        Assert.Equal("policy of default: insecureAcceptAnything", Assert.Single((await GetAsync($"docker-archive:{archive}")).Names).Trust!.Rule);
    }

    [RootFact]
    public async Task A_layout_holds_its_signatures_itself()
    {
        string layout = _directory["layout"];
        foreach ((string path, byte[] content) in SignedLayout())
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName($"{layout}/{path}")!);
            await File.WriteAllBytesAsync($"{layout}/{path}", content, Ct);
        }

        _ = await Assert.ThrowsAsync<PodctlException>(() => GetAsync($"oci:{layout}"));
        Assert.Null(TrustScope.TryParse($"oci:{_directory.Path}", out TrustScope? scope));
        _ = Keys.Add(scope!, new KeyFile(_key.Public.Fingerprint, "", _key.Pem));

        Assert.Equal(_key.Fingerprint, Assert.Single((await GetAsync($"oci:{layout}")).Names).Trust!.Key);
        Assert.Equal(Id, (await GetAsync($"oci:{layout}:1.0")).Id);
    }

    /// <summary>The files of an image layout: the image with the tag 1.0, and its signature at the tag where cosign puts it.</summary>
    private IEnumerable<(string Path, byte[] Content)> SignedLayout()
    {
        byte[] payload = SigningKey.Payload(Id, "registry.example/team/app");
        byte[] manifest = SigningKey.Artifact(payload, SignatureTypes.SimpleSigning, $$$""","annotations":{"{{{SignatureTypes.SignatureAnnotation}}}":"{{{Convert.ToBase64String(_key.Sign(payload))}}}"}""");
        string Entry(byte[] content, string tag) => TestImage.Descriptor(content, _image.ManifestType, $$$""","annotations":{"org.opencontainers.image.ref.name":"{{{tag}}}"}""");
        IEnumerable<byte[]> blobs = [_image.Manifest, _image.Config, .. _image.Blobs, payload, manifest];
        return
        [
            ("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray()),
            ("index.json", TestImage.Index(Entry(_image.Manifest, "1.0"), Entry(manifest, $"sha256-{Id.Hex}.sig"))),
            .. blobs.Select(static blob => ($"blobs/sha256/{ContentHash.Of(blob).Hex}", blob)),
        ];
    }

    /// <summary>Makes the test's registry a mirror.</summary>
    /// <returns>The image's name in the registry that it mirrors.</returns>
    private string UseMirror(TestRegistry origin)
    {
        _ = _host.Write("etc/containers/registries.conf", $"""
            [[registry]]
            prefix = "registry.example"
            location = "{origin.Host}"
            insecure = true
            [[registry.mirror]]
            location = "{_registry.Host}"
            insecure = true
            """);
        return "registry.example/team/app";
    }
}
