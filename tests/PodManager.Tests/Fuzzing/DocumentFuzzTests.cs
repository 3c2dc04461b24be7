using System.Text;
using PodManager.Images;
using PodManager.Images.Oci;
using PodManager.Lifecycle;
using PodManager.Output;
using PodManager.Tests.Images;
using PodManager.Tests.Images.Tar;
using Xunit;

namespace PodManager.Tests.Fuzzing;

/// <summary>The JSON that an image consists of.</summary>
public sealed class DocumentFuzzTests
{
    private static readonly HostPlatform Amd64 = new("amd64", "", "v1", "v2");

    private static readonly TestImage Image = new TestImage
    {
        Architecture = "amd64",
        AppConfig = """{"User":"u:g","Env":["A=b","C="],"Entrypoint":["/e"],"Cmd":null,"WorkingDir":"/w","StopSignal":"SIGUSR1","Labels":{"l":"m"},"Volumes":{"/v":{}},"ExposedPorts":{"80/tcp":{}}}""",
    }.Layer(new TarBuilder().File("one")).Layer(new TarBuilder().File("two"));

    private static readonly TestImage DockerImage = new TestImage { Architecture = "amd64", ManifestType = MediaTypes.DockerManifest, ConfigType = MediaTypes.DockerConfig }
        .Layer(new byte[1024], new byte[1024], "application/vnd.docker.image.rootfs.diff.tar.gzip");

    private static readonly string[] Words =
    [
        "null", "true", "[null]", "[{}]", "[[]]", "{\"\":null}", "-1", "1e999", "\"\\ud800\"", "[]", "{}", "\"\"", "[", "]", "{", "}", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "\u00ff", "\0", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "null,", "\"size\":-1,", "\"digest\":null,", "\"layers\":[null],", "\"manifests\":[null],",
        "\"platform\":null,", "\"os\":null,", "\"rootfs\":null,", "\"diff_ids\":[null],", "\"config\":null,", "\"Env\":[null],", "\"Volumes\":{\"\":null},", "\"Labels\":{\"a\":null},", "sha256:", "sha512:", "\"schemaVersion\":2,", "linux", "amd64", "unknown", "v8",
        MediaTypes.OciIndex, MediaTypes.OciManifest, MediaTypes.DockerManifest, "+gzip", "+zstd",
    ];

    [Fact]
    public Task Manifests_and_indexes()
    {
        byte[][] seeds =
        [
            Image.Manifest, DockerImage.Manifest, TestImage.Index(Image.Entry(), DockerImage.Entry()),
            TestImage.Index(Image.Entry().Replace("\"os\"", "\"variant\":\"v2\",\"os.version\":\"1\",\"os\"", StringComparison.Ordinal)),
            Encoding.UTF8.GetBytes("""{"schemaVersion":2,"artifactType":"application/vnd.example","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[],"annotations":{"a":"b"}}"""),
        ];
        return Fuzz.RunAsync("manifest", new Mutator(seeds, Words), input => Resolve(new MutatedOrigin(input, Image.Config, "")), IsDocumented);
    }

    [Fact]
    public Task Configurations() =>
        Fuzz.RunAsync("config", new Mutator([Image.Config, DockerImage.Config], Words), static input => Resolve(new MutatedOrigin(Image.Manifest, input, MediaTypes.OciManifest)), IsDocumented);

    private static void Resolve(MutatedOrigin origin)
    {
        ResolvedImage image = new ManifestResolver(origin, Amd64).ResolveAsync(CancellationToken.None).GetAwaiter().GetResult();

        // What is read later, for a pod or for an answer.
        _ = string.Join(' ', [.. image.Config.Entrypoint, .. image.Config.Command, .. image.Config.Environment, .. image.Config.Volumes, .. image.Config.ExposedPorts, image.Config.User]).Length;
        _ = image.Layers.Sum(static layer => layer.DiffId.Hex.Length);
        Assert.DoesNotContain(null!, (IEnumerable<string>)[.. image.Config.Entrypoint, .. image.Config.Command, .. image.Config.Environment, .. image.Config.Labels.Values]);
        ImageSummary summary = new(image.Id, [], 0, 0, default, default);
        _ = ImageInspectView.Of(new ImageDetails(summary, image.Config, [], image.Documents[^2], image.Documents[^1]));
    }

    private static bool IsDocumented(Exception failure) => failure is PodctlException { Code: ExitCode.Failed };

    /// <summary>Gives the same document for any digest: what fits together is not what is tested.</summary>
    private sealed class MutatedOrigin(byte[] named, byte[] config, string namedType) : IImageOrigin
    {
        public Task<ImageDocument> ReadNamedAsync(CancellationToken ct) => Task.FromResult(new ImageDocument(ContentHash.Of(named), namedType, named));

        public Task<ImageDocument> ReadAsync(Blob blob, CancellationToken ct) => Task.FromResult(
            MediaTypes.IsManifest(blob.MediaType) || MediaTypes.IsIndex(blob.MediaType)
                ? new ImageDocument(blob.Digest, blob.MediaType, Image.Manifest)
                : new ImageDocument(blob.Digest, blob.MediaType, config));

        public Task<Stream> OpenAsync(Blob blob, CancellationToken ct) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
