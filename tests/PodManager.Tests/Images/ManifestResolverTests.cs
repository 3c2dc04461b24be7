using System.Text;
using PodManager.Images;
using PodManager.Images.Oci;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Tests.Images.Tar;
using Xunit;

namespace PodManager.Tests.Images;

public sealed class ManifestResolverTests
{
    private static readonly HostPlatform Amd64 = new("amd64", "", "v1", "v2");

    private static TestImage Image => new TestImage { Architecture = "amd64" }.Layer(new TarBuilder().File("x"));

    [Fact]
    public async Task An_image_is_its_configuration_and_its_layers()
    {
        TestImage image = new TestImage
        {
            Architecture = "amd64",
            AppConfig = """{"User":"u:g","Env":["A=b"],"Entrypoint":["/e"],"Cmd":null,"WorkingDir":"/w","StopSignal":"SIGUSR1","Labels":{"l":"m"},"Volumes":{"/v":{}},"ExposedPorts":{"80/tcp":{}}}""",
        }.Layer(new TarBuilder().File("one")).Layer(new TarBuilder().File("two"));

        ResolvedImage resolved = await ResolveAsync(new FakeOrigin().Add(image));

        Assert.Equal(ContentHash.Of(image.Manifest), resolved.Id);
        Assert.Equal(image.DiffIds, resolved.Layers.Select(static layer => layer.DiffId));
        Assert.Equal(image.Blobs.Select(static blob => ContentHash.Of(blob)), resolved.Layers.Select(static layer => layer.Blob.Digest));
        Assert.Equal([image.Manifest, image.Config], resolved.Documents.Select(static document => document.Content.ToArray()));
        ImageConfig config = resolved.Config;
        Assert.Equal(("u:g", "/w", "SIGUSR1"), (config.User, config.WorkingDirectory, config.StopSignal));
        Assert.Equal(["A=b", "/e", "/v", "80/tcp"], [.. config.Environment, .. config.Entrypoint, .. config.Volumes, .. config.ExposedPorts]);
        Assert.Empty(config.Command);
        Assert.Equal("m", config.Labels["l"]);
    }

    [Fact]
    public async Task Dockers_documents_are_as_good()
    {
        TestImage image = new TestImage { Architecture = "amd64", ManifestType = MediaTypes.DockerManifest, ConfigType = MediaTypes.DockerConfig }
            .Layer(new byte[1024], new byte[1024], "application/vnd.docker.image.rootfs.diff.tar.gzip");

        Assert.Equal(ContentHash.Of(image.Manifest), (await ResolveAsync(new FakeOrigin().Add(image))).Id);
    }

    [Fact]
    public async Task An_index_gives_the_image_for_this_machine()
    {
        TestImage image = Image;
        byte[] index = TestImage.Index(
            Entry(image, "linux", "arm64"), Entry(image, "windows", "amd64"), Entry(image, "unknown", "unknown"), image.Entry(), Entry(image, "linux", "amd64", "v2"));

        ResolvedImage resolved = await ResolveAsync(new FakeOrigin().Add(index, MediaTypes.OciIndex).Add(image));

        Assert.Equal(ContentHash.Of(image.Manifest), resolved.Id);
        Assert.Equal([index, image.Manifest, image.Config], resolved.Documents.Select(static document => document.Content.ToArray()));
    }

    [Fact]
    public void The_most_common_variant_is_preferred_and_too_new_ones_are_not_taken()
    {
        OciDescriptor V(string? variant) => new() { Platform = new OciPlatform { Os = "linux", Architecture = "amd64", Variant = variant } };

        Assert.Null(Amd64.Choose([V("v3"), V("v4")]));
        Assert.Equal("v2", Amd64.Choose([V("v3"), V("v2")])!.Platform!.Variant);
        Assert.Null(Amd64.Choose([V("v2"), V(null)])!.Platform!.Variant);
    }

    [Fact]
    public async Task An_index_without_an_image_for_this_machine_says_what_it_has()
    {
        byte[] index = TestImage.Index(Entry(Image, "linux", "arm64", "v8"), Entry(Image, "unknown", "unknown"), Entry(Image, "linux", "s390x"));

        string message = await RefusedAsync(new FakeOrigin().Add(index, MediaTypes.OciIndex));

        Assert.Contains("only for linux/arm64/v8, linux/s390x", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("linux", "arm64")]
    [InlineData("windows", "amd64")]
    public async Task An_image_for_another_machine_is_refused(string os, string architecture) =>
        await RefusedAsync(new FakeOrigin().Add(new TestImage { Os = os, Architecture = architecture }.Layer(new TarBuilder())));

    [Fact]
    public async Task An_artifact_is_refused_by_its_name()
    {
        byte[] helm = Json("""{"schemaVersion":2,"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"D","size":2},"layers":[]}""");
        byte[] empty = Json("""{"schemaVersion":2,"artifactType":"application/vnd.example","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"D","size":2},"layers":[]}""");

        Assert.Contains("helm", await RefusedAsync(new FakeOrigin().Add(helm, MediaTypes.OciManifest)), StringComparison.Ordinal);
        Assert.Contains("vnd.example", await RefusedAsync(new FakeOrigin().Add(empty, MediaTypes.OciManifest)), StringComparison.Ordinal);
        Assert.Contains("artifact", await RefusedAsync(new FakeOrigin().Add(helm, "application/vnd.oci.artifact.manifest.v1+json")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"schemaVersion":2,"manifests":[],"layers":[]}""", MediaTypes.OciIndex)] // both
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""", MediaTypes.OciManifest)] // says another type
    [InlineData("""{"schemaVersion":1}""", "application/vnd.docker.distribution.manifest.v1+prettyjws")]
    [InlineData("""{"schemaVersion":2}""", MediaTypes.OciManifest)]
    [InlineData("""{"schemaVersion":2,"manifests":[]}""", MediaTypes.OciIndex)]
    [InlineData("[]", MediaTypes.OciManifest)]
    [InlineData("null", MediaTypes.OciManifest)]
    [InlineData("{", MediaTypes.OciManifest)]
    [InlineData("""{"schemaVersion":2,"manifests":[null]}""", MediaTypes.OciIndex)]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"","size":1},"layers":[null]}""", MediaTypes.OciManifest)]
    public async Task A_manifest_that_is_none_is_refused(string json, string type) => await RefusedAsync(new FakeOrigin().Add(Encoding.UTF8.GetBytes(json), type));

    [Theory]
    [InlineData("\"digest\":\"D\",", "")] // no digest
    [InlineData("sha256:", "sha256-")]
    [InlineData("\"size\":1024", "\"size\":-1")]
    [InlineData("layer.v1.tar", "layer.v1.tar+encrypted")]
    [InlineData("vnd.oci.image.layer.v1.tar", "vnd.cncf.helm.chart")]
    public async Task A_bad_layer_is_refused(string from, string to)
    {
        TestImage image = new TestImage { Architecture = "amd64" }.Layer(new byte[1024], new byte[1024], "application/vnd.oci.image.layer.v1.tar");
        string digest = ContentHash.Of(image.Blobs[0]).ToString();
        string manifest = Encoding.UTF8.GetString(image.Manifest);
        string changed = manifest.Replace(digest, "D", StringComparison.Ordinal).Replace(from, to, StringComparison.Ordinal).Replace("D", from == "sha256:" ? "sha256-x" : digest, StringComparison.Ordinal);
        Assert.NotEqual(manifest, changed);

        _ = await RefusedAsync(new FakeOrigin().Add(Encoding.UTF8.GetBytes(changed), MediaTypes.OciManifest).Add(image));
    }

    [Fact]
    public async Task Manifest_and_configuration_must_have_the_same_layers()
    {
        TestImage image = Image;
        byte[] config = Encoding.UTF8.GetBytes("""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}""");
        string manifest = Encoding.UTF8.GetString(image.Manifest)
            .Replace(TestImage.Descriptor(image.Config, image.ConfigType), TestImage.Descriptor(config, image.ConfigType), StringComparison.Ordinal);

        string message = await RefusedAsync(new FakeOrigin().Add(Encoding.UTF8.GetBytes(manifest), MediaTypes.OciManifest).Add(config, MediaTypes.OciConfig));

        Assert.Contains("1 layers", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Env":[null]}""")]
    [InlineData("""{"Cmd":["a",null]}""")]
    [InlineData("""{"Entrypoint":[null]}""")]
    [InlineData("""{"Labels":{"a":null}}""")]
    public async Task A_configuration_with_holes_is_refused(string config) =>
        await RefusedAsync(new FakeOrigin().Add(new TestImage { Architecture = "amd64", AppConfig = config }.Layer(new TarBuilder())));

    [Fact]
    public async Task Indexes_in_indexes_end_somewhere()
    {
        TestImage image = Image;
        byte[] inner = TestImage.Index(image.Entry());
        FakeOrigin origin = new();
        List<byte[]> indexes = [inner];
        for (int i = 0; i < 5; i++)
        {
            indexes.Insert(0, TestImage.Index(TestImage.Descriptor(indexes[0], MediaTypes.OciIndex, """,  "platform":{"os":"linux","architecture":"amd64"}""")));
        }

        indexes.ForEach(index => origin.Add(index, MediaTypes.OciIndex));

        _ = await RefusedAsync(origin.Add(image));
    }

    [Fact]
    public async Task An_index_that_leads_back_to_itself_ends_somewhere()
    {
        // No digest can be made for this; an origin that does not look would serve it.
        byte[] index = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"manifests":[{"mediaType":"{{MediaTypes.OciIndex}}","digest":"sha256:{{new string('1', 64)}}","size":100}]}""");

        Assert.Contains("without end", await RefusedAsync(new LoopingOrigin(index)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", "]", 100_000)]
    [InlineData("{\"a\":", "}", 100_000)]
    [InlineData("{\"annotations\":", "}", 1_000_000)]
    public async Task Documents_nested_without_end_are_refused(string open, string close, int depth)
    {
        byte[] bomb = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth)));
        Assert.Contains("not valid JSON", await RefusedAsync(new FakeOrigin().Add(bomb, MediaTypes.OciManifest)), StringComparison.Ordinal);

        // The same where nobody looks at it.
        byte[] hidden = [.. "{\"schemaVersion\":2,\"x\":"u8, .. bomb, (byte)'}'];
        Assert.Contains("not valid JSON", await RefusedAsync(new FakeOrigin().Add(hidden, MediaTypes.OciManifest)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_digest_in_capitals_is_none()
    {
        // Two spellings of one digest would be two names of one blob.
        TestImage image = Image;
        string manifest = Encoding.UTF8.GetString(image.Manifest);
        foreach (string hex in (string[])[ContentHash.Of(image.Config).Hex, ContentHash.Of(image.Blobs[0]).Hex])
        {
            string changed = manifest.Replace(hex, hex.ToUpperInvariant(), StringComparison.Ordinal);
            Assert.NotEqual(manifest, changed);
            Assert.Contains("digest", await RefusedAsync(new FakeOrigin().Add(Encoding.UTF8.GetBytes(changed), MediaTypes.OciManifest).Add(image)), StringComparison.Ordinal);
        }

        TestImage config = new TestImage { Architecture = "amd64", AppConfig = "{}" }.Layer(new TarBuilder());
        string diffId = config.DiffIds[0].Hex;
        byte[] shouting = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(config.Config).Replace(diffId, diffId.ToUpperInvariant(), StringComparison.Ordinal));
        byte[] pointing = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(config.Manifest)
            .Replace(TestImage.Descriptor(config.Config, config.ConfigType), TestImage.Descriptor(shouting, config.ConfigType), StringComparison.Ordinal));
        Assert.Contains("invalid digest", await RefusedAsync(new FakeOrigin().Add(pointing, MediaTypes.OciManifest).Add(shouting, MediaTypes.OciConfig)), StringComparison.Ordinal);
    }

    private static byte[] Json(string text) => Encoding.UTF8.GetBytes(text.Replace("\"D\"", $"\"sha256:{new string('1', 64)}\"", StringComparison.Ordinal));

    private static string Entry(TestImage image, string os, string architecture, string variant = "") => TestImage.Descriptor(
        Encoding.UTF8.GetBytes(os + architecture + variant), image.ManifestType, $$""","platform":{"os":"{{os}}","architecture":"{{architecture}}","variant":"{{variant}}"}""");

    private static Task<ResolvedImage> ResolveAsync(IImageOrigin origin) => new ManifestResolver(origin, Amd64).ResolveAsync(TestContext.Current.CancellationToken);

    private static async Task<string> RefusedAsync(IImageOrigin origin) => (await Assert.ThrowsAsync<PodctlException>(() => ResolveAsync(origin))).Message;

    /// <summary>Gives one index, whatever is asked for.</summary>
    private sealed class LoopingOrigin(byte[] index) : IImageOrigin
    {
        public Task<ImageDocument> ReadNamedAsync(CancellationToken ct) => Task.FromResult(new ImageDocument(ContentHash.Of(index), MediaTypes.OciIndex, index));

        public Task<ImageDocument> ReadAsync(Blob blob, CancellationToken ct) => ReadNamedAsync(ct);

        public Task<Stream> OpenAsync(Blob blob, CancellationToken ct) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
