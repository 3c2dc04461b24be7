using System.Text;
using Common.Native;
using PodManager.Images;
using PodManager.Lifecycle;
using PodManager.Store;
using PodManager.Tests.Images.Tar;
using PodManager.Tests.Store;
using Xunit;

namespace PodManager.Tests.Images.Archives;

/// <summary>Fetching from archives for real, into a store on disk.</summary>
public sealed class ArchiveSourceTests : IDisposable
{
    private static readonly TarBuilder Lower = new TarBuilder().Folder("etc").File("etc/name", "lower");
    private static readonly TarBuilder Upper = new TarBuilder().Folder("etc").File("etc/name", "upper").File("big", new string('x', 2_000_000));

    private readonly TemporaryDirectory _directory = new();
    private readonly TestHost _host = new(new FakeClock());
    private readonly TestImage _image = new TestImage().Layer(Lower).Layer(Upper);

    private string ArchivePath => _directory["image.tar"];

    public void Dispose()
    {
        _host.Dispose();
        _directory.Dispose();
    }

    [RootFact]
    public async Task An_archive_of_docker_is_read_in_place()
    {
        Write(Docker("app:1.0"));

        StoredImage image = await GetAsync($"docker-archive:{ArchivePath}");

        Assert.Equal($"docker-archive:{ArchivePath}", image.Name);
        Assert.Equal(["/bin/true"], image.Config.Command);
        Assert.Equal("upper", Content(image, "/etc/name"));
        Assert.Equal(image.Id, (await GetAsync($"docker-archive:{ArchivePath}:app:1.0")).Id);
        Assert.Equal(image.Id, (await GetAsync($"docker-archive:{ArchivePath}:@0")).Id);
    }

    [RootFact]
    public async Task The_manifest_says_what_lies_there()
    {
        Write(Docker("app:1.0"));

        StoredImage image = await GetAsync($"docker-archive:{ArchivePath}");

        byte[] manifest = await File.ReadAllBytesAsync(_directory[$"store/images/blobs/sha256-{image.Id.Hex}"], TestContext.Current.CancellationToken);
        Assert.Equal(image.Id, ContentHash.Of(manifest));
        Assert.Contains($"\"digest\":\"{_image.DiffIds[1]}\",\"size\":{Upper.Build().Length}", Encoding.UTF8.GetString(manifest), StringComparison.Ordinal);
    }

    [RootFact]
    public async Task Links_between_layers_are_followed_inside_the_archive()
    {
        Write(new TarBuilder()
            .File("a.json", Encoding.UTF8.GetString(_image.Config))
            .File("manifest.json", """[{"Config":"a.json","RepoTags":null,"Layers":["one/layer.tar","two/layer.tar"]}]""")
            .Symlink("one/layer.tar", "../three/layer.tar").HardLink("three/layer.tar", "four.tar").Symlink("two/layer.tar", "/five.tar")
            .Entry("four.tar", '0', content: Lower.Build()).Entry("five.tar", '0', content: Upper.Build()));

        Assert.Equal("upper", Content(await GetAsync($"docker-archive:{ArchivePath}"), "/etc/name"));
    }

    [RootFact]
    public async Task Layers_may_be_compressed()
    {
        Write(Docker("app", isCompressed: true));

        Assert.Equal("upper", Content(await GetAsync($"docker-archive:{ArchivePath}"), "/etc/name"));
    }

    [RootFact]
    public async Task A_compressed_archive_leaves_nothing_beside_the_image()
    {
        await File.WriteAllBytesAsync(ArchivePath, TestImage.Compress(Docker("app").Build()), TestContext.Current.CancellationToken);

        Assert.Equal("upper", Content(await GetAsync($"docker-archive:{ArchivePath}"), "/etc/name"));
        Assert.Empty(Directory.GetFiles(_directory["store"], ".*", SearchOption.AllDirectories));
    }

    [RootFact]
    public async Task A_pipe_is_read_once()
    {
        string pipe = _directory["pipe"];
        using (Fd parent = Files.Open(_directory.Path, 0))
        {
            _ = RawFiles.TryMakeNode(parent, "pipe"u8, FileStatus.Fifo | 0x180, 0, 0);
        }

        Task writing = Task.Run(() => File.WriteAllBytes(pipe, Docker("app").Build()));
        StoredImage image = await GetAsync($"docker-archive:{pipe}");
        await writing;

        Assert.Equal("upper", Content(image, "/etc/name"));
    }

    [RootFact]
    public async Task An_archive_of_a_layout_is_read_in_place()
    {
        TarBuilder archive = new TarBuilder()
            .File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""")
            .File("./index.json", Encoding.UTF8.GetString(TestImage.Index(TestImage.Descriptor(
                _image.Manifest, _image.ManifestType, ""","annotations":{"org.opencontainers.image.ref.name":"app:1.0"}"""))));
        foreach (byte[] blob in (IEnumerable<byte[]>)[_image.Manifest, _image.Config, .. _image.Blobs])
        {
            _ = archive.Entry($"blobs/sha256/{ContentHash.Of(blob).Hex}", '0', content: blob);
        }

        Write(archive);

        StoredImage image = await GetAsync($"oci-archive:{ArchivePath}:app:1.0");
        Assert.Equal((ContentHash.Of(_image.Manifest), "upper"), (image.Id, Content(image, "/etc/name")));
        Assert.Equal(image.Id, (await GetAsync($"oci-archive:{ArchivePath}")).Id);
        await FailsAsync(ExitCode.NotFound, $"oci-archive:{ArchivePath}:other");
        await FailsAsync(ExitCode.NotFound, $"docker-archive:{ArchivePath}", "oci-archive:");
    }

    [RootFact]
    public async Task One_of_several_images_has_to_be_named()
    {
        Write(Docker("a:1\",\"b:2", entries: 2));

        await FailsAsync(ExitCode.Usage, $"docker-archive:{ArchivePath}", "a:1, b:2");
        await FailsAsync(ExitCode.NotFound, $"docker-archive:{ArchivePath}:c");
        await FailsAsync(ExitCode.NotFound, $"docker-archive:{ArchivePath}:@2");
        _ = await GetAsync($"docker-archive:{ArchivePath}:@1");
        Assert.Equal($"docker-archive:{ArchivePath}:docker.io/library/b:2", (await GetAsync($"docker-archive:{ArchivePath}:b:2")).Name);
    }

    [RootFact]
    public async Task A_layer_that_is_another_than_the_configuration_says_is_refused()
    {
        TestImage other = new TestImage().Layer(Lower).Layer(new TarBuilder().File("other"));
        Write(new TarBuilder()
            .File("a.json", Encoding.UTF8.GetString(other.Config))
            .File("manifest.json", """[{"Config":"a.json","Layers":["0.tar","1.tar"]}]""")
            .Entry("0.tar", '0', content: Lower.Build()).Entry("1.tar", '0', content: Upper.Build()));

        await FailsAsync(ExitCode.Failed, $"docker-archive:{ArchivePath}");
        using ImageStore store = Open();
        Assert.Empty(store.List());
    }

    [RootFact]
    public async Task A_configuration_that_is_not_what_its_name_says_is_refused()
    {
        Write(new TarBuilder()
            .File($"{new string('0', 64)}.json", Encoding.UTF8.GetString(_image.Config))
            .File("manifest.json", $$"""[{"Config":"{{new string('0', 64)}}.json","Layers":["0.tar","1.tar"]}]""")
            .Entry("0.tar", '0', content: Lower.Build()).Entry("1.tar", '0', content: Upper.Build()));

        await FailsAsync(ExitCode.Failed, $"docker-archive:{ArchivePath}");
    }

    [RootTheory]
    [InlineData("no tar at all, but long enough to be looked at as if it were one")]
    [InlineData("")]
    public async Task What_is_no_archive_is_refused(string content)
    {
        await File.WriteAllTextAsync(ArchivePath, content.Length > 0 ? string.Concat(Enumerable.Repeat(content, 20)) : "", TestContext.Current.CancellationToken);

        _ = await Assert.ThrowsAsync<PodctlException>(() => GetAsync($"docker-archive:{ArchivePath}"));
        _ = await Assert.ThrowsAsync<PodctlException>(() => GetAsync($"oci-archive:{ArchivePath}"));
    }

    [RootTheory]
    [InlineData("../../etc/passwd")]
    [InlineData("loop")]
    [InlineData("missing")]
    public async Task Links_that_lead_nowhere_in_the_archive_are_refused(string target)
    {
        Write(new TarBuilder()
            .File("a.json", Encoding.UTF8.GetString(_image.Config))
            .File("manifest.json", """[{"Config":"a.json","Layers":["loop","loop"]}]""")
            .Symlink("loop", target));

        await FailsAsync(ExitCode.Failed, $"docker-archive:{ArchivePath}");
    }

    [RootFact]
    public async Task A_name_that_leads_out_is_refused()
    {
        Write(Docker("app").File("../../outside", "x"));

        await FailsAsync(ExitCode.Failed, $"docker-archive:{ArchivePath}");
    }

    [RootFact]
    public async Task An_archive_that_ends_too_early_is_refused()
    {
        byte[] whole = Docker("app").Build();
        await File.WriteAllBytesAsync(ArchivePath, whole[..^1_000_000], TestContext.Current.CancellationToken);

        await FailsAsync(ExitCode.Failed, $"docker-archive:{ArchivePath}");
    }

    [RootFact]
    public async Task A_file_that_is_not_there_is_not_found() => await FailsAsync(ExitCode.NotFound, $"docker-archive:{ArchivePath}");

    private TarBuilder Docker(string tag, bool isCompressed = false, int entries = 1)
    {
        string line = $$"""{"Config":"{{ContentHash.Of(_image.Config).Hex}}.json","RepoTags":["{{tag}}"],"Layers":["0.tar","1.tar"]}""";
        byte[] Layer(TarBuilder layer) => isCompressed ? TestImage.Compress(layer.Build()) : layer.Build();
        return new TarBuilder()
            .Entry("0.tar", '0', content: Layer(Lower)).Entry("1.tar", '0', content: Layer(Upper))
            .File($"{ContentHash.Of(_image.Config).Hex}.json", Encoding.UTF8.GetString(_image.Config))
            .File("manifest.json", $"[{string.Join(',', Enumerable.Repeat(line, entries))}]");
    }

    private void Write(TarBuilder archive) => File.WriteAllBytes(ArchivePath, archive.Build());

    private ImageStore Open() => new(_directory["store"], new LayerStore(_directory["store"], TimeProvider.System, new FakeProgress()), static () => new HashSet<string>(), TimeProvider.System);

    private static string Content(StoredImage image, string path) => File.ReadAllText(new ImageRoot(image.Layers).Find(path)!.HostPath);

    private async Task<StoredImage> GetAsync(string name)
    {
        using ImageStore store = Open();
        ImageGate gate = new(store, new FakeTrustPolicy(), new FakeMessages());
        ImageSource source = new(store, new LayerStore(_directory["store"], TimeProvider.System, new FakeProgress()), gate, _host.Registries, new FakeProgress());
        return await source.GetAsync(name, new FetchOptions(PullPolicy.New, AllowHttp: false, AllowBadTls: false) { SkipTrust = true }, TestContext.Current.CancellationToken);
    }

    private async Task FailsAsync(ExitCode code, string name, string hint = "")
    {
        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(() => GetAsync(name));
        Assert.Equal(code, failure.Code);
        Assert.Contains(hint, failure.Hint ?? "", StringComparison.Ordinal);
    }
}
