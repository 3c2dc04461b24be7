using PodManager.Images;
using PodManager.Images.Oci;
using PodManager.Pods;
using PodManager.Tests.Images.Tar;
using PodManager.Tests.Store;
using Xunit;

namespace PodManager.Tests.Images;

public sealed class LayoutOriginTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TestImage _one = new TestImage().Layer(new TarBuilder().File("one"));
    private readonly TestImage _two = new TestImage().Layer(new TarBuilder().File("two"));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_image_is_found_by_its_tag()
    {
        Write(("a", _one), ("b", _two));

        Assert.Equal(ContentHash.Of(_two.Manifest), (await ReadAsync("b")).Id);
    }

    [Fact]
    public async Task The_only_image_needs_no_tag()
    {
        Write(("a", _one));

        ResolvedImage image = await ReadAsync(tag: null);
        Assert.Equal(ContentHash.Of(_one.Manifest), image.Id);

        using LayoutOrigin origin = new(new LayoutDirectory(_directory.Path), tag: null);
        await using Stream layer = await origin.OpenAsync(image.Layers[0].Blob, TestContext.Current.CancellationToken);
        Assert.Equal(_one.Blobs[0].Length, layer.Length);
    }

    [Fact]
    public async Task Several_images_need_one()
    {
        Write(("a", _one), ("b", _two));

        PodctlException failure = await FailsAsync(ExitCode.Usage, tag: null);
        Assert.Contains("a, b", failure.Hint!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_that_is_not_there_is_not_found()
    {
        Write(("a", _one));

        _ = await FailsAsync(ExitCode.NotFound, "c");
    }

    [Fact]
    public async Task What_is_no_layout_is_not_found()
    {
        _ = await FailsAsync(ExitCode.NotFound, "a");

        Write(("a", _one));
        File.Delete(_directory["oci-layout"]);
        _ = await FailsAsync(ExitCode.NotFound, "a");
    }

    [Fact]
    public async Task A_changed_file_is_found()
    {
        Write(("a", _one));
        string path = PathOf(_one.Config);
        File.WriteAllText(path, File.ReadAllText(path).Replace("/bin/true", "/bin/evil", StringComparison.Ordinal));

        _ = await FailsAsync(ExitCode.Failed, "a");
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        Write(("a", _one));
        File.Delete(PathOf(_one.Config));

        PodctlException failure = await FailsAsync(ExitCode.Failed, "a");
        Assert.Contains(ContentHash.Of(_one.Config).ToString(), failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("index.json", "{")]
    [InlineData("index.json", "null")]
    [InlineData("oci-layout", """{"imageLayoutVersion":"2.0.0"}""")]
    public async Task A_damaged_layout_is_refused(string file, string content)
    {
        Write(("a", _one));
        File.WriteAllText(_directory[file], content);

        _ = await Assert.ThrowsAsync<PodctlException>(() => ReadAsync("a"));
    }

    private void Write(params (string Tag, TestImage Image)[] images)
    {
        _ = Directory.CreateDirectory(_directory["blobs/sha256"]);
        File.WriteAllText(_directory["oci-layout"], """{"imageLayoutVersion":"1.0.0"}""");
        File.WriteAllBytes(_directory["index.json"], TestImage.Index([.. images.Select(static image => TestImage.Descriptor(
            image.Image.Manifest, image.Image.ManifestType, $$""","annotations":{"org.opencontainers.image.ref.name":"{{image.Tag}}"}"""))]));
        foreach (byte[] content in images.SelectMany(static image => image.Image.Blobs.Append(image.Image.Config).Append(image.Image.Manifest)))
        {
            File.WriteAllBytes(PathOf(content), content);
        }
    }

    private string PathOf(byte[] content) => _directory[$"blobs/sha256/{ContentHash.Of(content).Hex}"];

    private LayoutRef Reference(string? tag) => (LayoutRef)ImageRef.Parse($"oci:{_directory.Path}{(tag is null ? "" : ":")}{tag}");

    private async Task<ResolvedImage> ReadAsync(string? tag)
    {
        LayoutRef reference = Reference(tag);
        using LayoutOrigin origin = new(new LayoutDirectory(reference.Directory), reference.Tag);
        return await new ManifestResolver(origin, HostPlatform.Current).ResolveAsync(TestContext.Current.CancellationToken);
    }

    private async Task<PodctlException> FailsAsync(ExitCode code, string? tag)
    {
        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(() => ReadAsync(tag));
        Assert.Equal(code, failure.Code);
        return failure;
    }
}
