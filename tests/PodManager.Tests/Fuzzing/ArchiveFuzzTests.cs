using System.Text;
using PodManager.Images;
using PodManager.Images.Archives;
using PodManager.Images.Oci;
using PodManager.Pods;
using PodManager.Tests.Images;
using PodManager.Tests.Images.Tar;
using PodManager.Tests.Store;
using Xunit;

namespace PodManager.Tests.Fuzzing;

/// <summary>Archives of images: their tables of contents, their documents, and which image of several is meant.</summary>
public sealed class ArchiveFuzzTests
{
    private static readonly TestImage Image = new TestImage { Architecture = "amd64" }.Layer(new TarBuilder().File("one").Build(), new TarBuilder().File("one").Build(), "application/vnd.oci.image.layer.v1.tar");

    private static readonly string[] Words =
    [
        .. TarSeeds.Words, "manifest.json", "index.json", "oci-layout", "blobs/sha256/", "null", "[null]", "[]", "{}", "[null]", "\"", "{\"Config\":null,", "\"Layers\":[null],", "\"RepoTags\":[null],", "\"imageLayoutVersion\":null", "\"manifests\":[null],", "layer.tar", "1.0.0",
    ];

    [Fact]
    public Task Archives_of_OCI_layouts() => RunAsync("oci-archive", [Layout(Image), Layout(Image, "2")], "oci-archive:/a.tar");

    [Fact]
    public Task Archives_of_docker_save() => RunAsync("docker-archive", [DockerSave(links: false), DockerSave(links: true)], "docker-archive:/a.tar:example/app:1");

    private static async Task RunAsync(string name, byte[][] seeds, string reference)
    {
        using TemporaryDirectory directory = new();
        string path = directory["archive.tar"];
        ArchiveRef archive = (ArchiveRef)ImageRef.Parse(reference);
        await Fuzz.RunAsync(name, new Mutator(seeds, Words, TarSeeds.Repair), input => Open(path, input, archive), static failure => failure is PodctlException or InvalidDataException);
    }

    // The opener itself only adds the staging of what cannot be sought. A file that cannot be parsed as an archive is an InvalidDataException, which it wraps.
    private static void Open(string path, byte[] input, ArchiveRef reference)
    {
        File.WriteAllBytes(path, input);
        using TarArchive archive = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0), CancellationToken.None);
        using IImageOrigin origin = reference.Format == ArchiveFormat.Oci ? new LayoutOrigin(new LayoutArchive(archive, path), null) : new DockerArchiveOrigin(archive, reference, path);
        ResolvedImage image = new ManifestResolver(origin, new HostPlatform("amd64", "", "v1")).ResolveAsync(CancellationToken.None).GetAwaiter().GetResult();
        foreach (ResolvedLayer layer in image.Layers)
        {
            using Stream content = origin.OpenAsync(layer.Blob, CancellationToken.None).GetAwaiter().GetResult();
            content.CopyTo(Stream.Null);
        }
    }

    private static byte[] Layout(TestImage image, string tag = "1") => new TarBuilder()
        .File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""")
        .File("index.json", Encoding.UTF8.GetString(TestImage.Index(TestImage.Descriptor(image.Manifest, image.ManifestType, $$$""","annotations":{"org.opencontainers.image.ref.name":"{{{tag}}}"}"""))))
        .File($"blobs/sha256/{ContentHash.Of(image.Manifest).Hex}", Encoding.UTF8.GetString(image.Manifest))
        .File($"blobs/sha256/{ContentHash.Of(image.Config).Hex}", Encoding.UTF8.GetString(image.Config))
        .Entry($"blobs/sha256/{ContentHash.Of(image.Blobs[0]).Hex}", '0', content: image.Blobs[0])
        .Build();

    private static byte[] DockerSave(bool links)
    {
        string config = Encoding.UTF8.GetString(Image.Config);
        string name = $"{ContentHash.Of(Image.Config).Hex}.json";
        TarBuilder archive = new TarBuilder().File(name, config).Folder("abc").Entry("abc/layer.tar", '0', content: Image.Blobs[0]);
        if (links)
        {
            _ = archive.Folder("def").Symlink("def/layer.tar", "../abc/layer.tar").HardLink("hard.tar", "abc/layer.tar");
        }

        string layer = links ? "def/layer.tar" : "abc/layer.tar";
        return archive.File("manifest.json", $$"""[{"Config":"{{name}}","RepoTags":["example/app:1"],"Layers":["{{layer}}"]}]""").Build();
    }
}
