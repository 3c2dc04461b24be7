using System.Text;
using PodManager.Images;
using PodManager.Images.Export;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Store;
using PodManager.Tests.Images.Tar;
using PodManager.Tests.Store;
using Xunit;

namespace PodManager.Tests.Images.Export;

/// <summary>There and back: what is fetched from an exported archive is what was exported.</summary>
public sealed partial class ImageExporterTests : IDisposable
{
    private static readonly string Long = new('n', 200);

    private readonly TemporaryDirectory _directory = new();
    private readonly TestHost _host = new(new FakeClock());
    private readonly FakeProgress _progress = new();

    private readonly TestImage _image = new TestImage { AppConfig = """{"Cmd":["/bin/app"],"User":"1000:1000","Env":["A=λ"],"Labels":{"l":"v"},"StopSignal":"SIGUSR1"}""" }
        .Layer(new TarBuilder()
            .Folder("./", time: 77).Folder("dir", mode: 0x3ff, uid: 7, gid: 8, time: 1_000_000)
            .File("dir/deleted").File("dir/file", "lower", mode: 0x9ed, uid: 1000, gid: 2000, time: 1_234_567_890)
            .Folder("opaque").File("opaque/old").Folder("gone").File("gone/deep")
            .Pax(("SCHILY.xattr.user.note", "a"), ("mtime", "1234567890.000000123")).File("noted", "n")
            .Pax((Encoding.UTF8.GetBytes("SCHILY.xattr.security.capability"), [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])).File("capable", "c", mode: 0x1ed)
            .HardLink("zlink", "dir/file").HardLink("dir/again", "dir/file").Symlink("symlink", "/dir/file", uid: 5, gid: 6, time: 9)
            .Device("null", '3', 1, 3).Device("disk", '4', 8, 65536).Entry("fifo", '6', mode: 0x1b0)
            .LongName($"dir/{Long}").File("x", "long").LongLink(Long).Symlink("longlink", "x")
            .Pax(("uid", "4000000"), ("mtime", "-5.25")).File("old-and-foreign", "f")
            .Entry([(byte)'b', 0xff, (byte)'d'], '0', content: "bytes"u8.ToArray()))
        .Layer(new TarBuilder()
            .File("dir/.wh.deleted").File(".wh.gone").Folder("opaque").File("opaque/.wh..wh..opq").File("opaque/new", "new")
            .File("implied/deep/file", "i").File("dir/file", "upper"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _host.Dispose();
        _directory.Dispose();
    }

    [RootTheory]
    [InlineData("oci-archive")]
    [InlineData("docker-archive")]
    public async Task An_image_comes_back_as_it_went(string format)
    {
        ArchiveFormat archive = format == "oci-archive" ? ArchiveFormat.Oci : ArchiveFormat.Docker;
        StoredImage before = await ImportAsync("one");

        await ExportAsync("one", before, archive, "out.tar");
        StoredImage after = await FetchAsync("two", $"{format}:{_directory["out.tar"]}");

        Assert.NotEqual(before.Id, after.Id);
        Assert.Equal(before.Config.Environment, after.Config.Environment);
        Assert.Equal(("1000:1000", "SIGUSR1", "v"), (after.Config.User, after.Config.StopSignal, after.Config.Labels["l"]));
        Assert.Equal(before.Layers.Count, after.Layers.Count);
        foreach ((string old, string copy) in before.Layers.Zip(after.Layers))
        {
            Assert.Equal(TreeText.Of(old), TreeText.Of(copy));
        }

        // Once packed by podctl, an image stays the same, to the byte.
        await ExportAsync("two", after, archive, "again.tar", "app:1");
        await ExportAsync("one", before, archive, "other.tar", "app:1");
        Assert.Equal(await File.ReadAllBytesAsync(_directory["other.tar"], Ct), await File.ReadAllBytesAsync(_directory["again.tar"], Ct));
        Assert.Equal(after.Id, (await FetchAsync("two", $"{format}:{_directory["again.tar"]}:{(archive == ArchiveFormat.Oci ? "docker.io/library/" : "")}app:1")).Id);
    }

    [RootFact]
    public async Task A_stream_gets_what_a_file_gets()
    {
        StoredImage image = await ImportAsync("one");
        using MemoryStream stream = new();
        using ImageStore store = Open("one");

        await Exporter("one", store).ExportAsync(Describe(store, image, ArchiveFormat.Oci), piece => stream.Write(piece.Span), Ct);
        await ExportAsync("one", image, ArchiveFormat.Oci, "out.tar");

        Assert.Equal(await File.ReadAllBytesAsync(_directory["out.tar"], Ct), stream.ToArray());
        Assert.Empty(Directory.GetFiles(_directory["one"], ".*", SearchOption.AllDirectories));
    }

    [RootFact]
    public async Task A_file_is_replaced_only_if_asked_and_only_by_a_whole_one()
    {
        StoredImage image = await ImportAsync("one");
        await File.WriteAllTextAsync(_directory["out.tar"], "mine", Ct);

        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(() => ExportAsync("one", image, ArchiveFormat.Oci, "out.tar"));
        Assert.Equal("try --overwrite", failure.Hint);
        Directory.Delete(Path.GetDirectoryName(image.Layers[1])!, recursive: true);
        _ = await Assert.ThrowsAsync<PodctlException>(() => ExportAsync("one", image, ArchiveFormat.Oci, "out.tar", overwrite: true));

        Assert.Equal("mine", await File.ReadAllTextAsync(_directory["out.tar"], Ct));
        Assert.Empty(Directory.GetFiles(_directory.Path, ".*"));
        _ = await Assert.ThrowsAsync<PodctlException>(() => ExportAsync("one", image, ArchiveFormat.Oci, "/dev/null", overwrite: true));
    }

    [RootFact]
    public async Task Extraction_shows_what_an_overlay_would()
    {
        StoredImage image = await ImportAsync("one");
        using ImageStore store = Open("one");

        Extract(store, image, "out", rootFsOnly: false, overwrite: false);

        Assert.Equal(store.Describe(ImageRef.Parse(image.Name)).Manifest.Content.ToArray(), await File.ReadAllBytesAsync(_directory["out/manifest"], Ct));
        IReadOnlyList<string> tree = TreeText.Of(_directory["out/rootfs"]);
        IReadOnlyList<string> lower = TreeText.Of(image.Layers[0]);
        string[] untouched = ["noted", "capable", "symlink", "null", "disk", "fifo", $"dir/{Long}", "longlink", "old-and-foreign", "b\\xFFd"];
        Assert.All(untouched, name => Assert.Equal(Line(lower, name), Line(tree, name)));
        Assert.DoesNotContain(tree, static line => line.StartsWith("gone", StringComparison.Ordinal) || line.StartsWith("dir/deleted", StringComparison.Ordinal) || line.StartsWith("opaque/old", StringComparison.Ordinal));
        Assert.Equal("upper", await File.ReadAllTextAsync(_directory["out/rootfs/dir/file"], Ct));
        Assert.Equal("lower", await File.ReadAllTextAsync(_directory["out/rootfs/zlink"], Ct));
        Assert.EndsWith(" = dir/again", Line(tree, "zlink"), StringComparison.Ordinal);
        Assert.Equal("i", await File.ReadAllTextAsync(_directory["out/rootfs/implied/deep/file"], Ct));
        Assert.StartsWith("dir 41777 7:8 1000000.", Line(tree, "dir"), StringComparison.Ordinal);
        Assert.DoesNotContain(tree, static line => line.Contains("trusted.overlay", StringComparison.Ordinal));
        FakeProgress.Item item = _progress.Items.Last();
        Assert.Equal((true, item.TotalBytes), (item.IsComplete, item.Done)); // each file once, whatever its names, and none that is hidden
    }

    [RootFact]
    public async Task A_directory_is_replaced_only_if_asked()
    {
        StoredImage image = await ImportAsync("one");
        using ImageStore store = Open("one");
        _ = Directory.CreateDirectory(_directory["out/mine"]);

        Assert.Equal("try --overwrite", Assert.Throws<PodctlException>(() => Extract(store, image, "out", rootFsOnly: true, overwrite: false)).Hint);
        Assert.True(Directory.Exists(_directory["out/mine"]));
        Extract(store, image, "out", rootFsOnly: true, overwrite: true);

        Assert.False(Directory.Exists(_directory["out/mine"]));
        Assert.True(File.Exists(_directory["out/dir/file"]));
        Assert.Equal(["one", "out"], Directory.GetDirectories(_directory.Path).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.Equal(ExitCode.Usage, Assert.Throws<PodctlException>(() => Extract(store, image, "/", rootFsOnly: true, overwrite: true)).Code);
        _ = Directory.CreateSymbolicLink(_directory["link"], _directory["out"]);
        _ = Assert.Throws<PodctlException>(() => Extract(store, image, "link", rootFsOnly: true, overwrite: true));
    }

    [RootFact]
    public async Task Links_of_one_layer_lead_no_other_layer_out()
    {
        string outside = _directory["outside"];
        _ = Directory.CreateDirectory(outside);
        await File.WriteAllTextAsync(Path.Combine(outside, "file"), "untouched", Ct);
        TestImage image = new TestImage()
            .Layer(new TarBuilder().Folder("./", time: 1).Symlink("out", outside).Symlink("up", "../../../..").Symlink("hidden", outside).Symlink("self", "/proc/self/root").Folder("dir").File("dir/kept", "k"))
            .Layer(new TarBuilder()
                .File("out/file", "evil").File($"up{outside}/file", "evil").File("hidden/.wh.file").File("hidden/.wh..wh..opq").File($"self{outside}/file", "evil").Symlink("dir", outside))
            .Layer(new TarBuilder().File("dir/file", "evil").File("dir/.wh.kept").HardLink("dir/hard", "dir/file"));
        StoredImage stored = await ImportAsync("one", image);
        using ImageStore store = Open("one");

        Extract(store, stored, "tree", rootFsOnly: true, overwrite: false);

        Assert.Equal(["file"], Directory.GetFileSystemEntries(outside).Select(static path => Path.GetFileName(path)));
        Assert.Equal("untouched", await File.ReadAllTextAsync(Path.Combine(outside, "file"), Ct));
        Assert.Equal("evil", await File.ReadAllTextAsync(_directory["tree/out/file"], Ct));
        Assert.Equal("evil", await File.ReadAllTextAsync(_directory["tree/dir/file"], Ct));
        Assert.All((string[])["out", "up", "hidden", "self", "dir"], name => Assert.Null(new FileInfo(_directory[$"tree/{name}"]).LinkTarget));
        Assert.Equal(["one", "outside", "tree"], Directory.GetDirectories(_directory.Path).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    private static string Line(IReadOnlyList<string> tree, string name) => tree.Single(line => line.StartsWith(name + " ", StringComparison.Ordinal));

    private async Task<StoredImage> ImportAsync(string store, TestImage? other = null)
    {
        TestImage image = other ?? _image;
        string directory = _directory["layout"];
        _ = Directory.CreateDirectory($"{directory}/blobs/sha256");
        await File.WriteAllTextAsync($"{directory}/oci-layout", """{"imageLayoutVersion":"1.0.0"}""", Ct);
        await File.WriteAllBytesAsync($"{directory}/index.json", TestImage.Index(image.Entry()), Ct);
        foreach (byte[] blob in (IEnumerable<byte[]>)[image.Manifest, image.Config, .. image.Blobs])
        {
            await File.WriteAllBytesAsync($"{directory}/blobs/sha256/{ContentHash.Of(blob).Hex}", blob, Ct);
        }

        StoredImage stored = await FetchAsync(store, $"oci:{directory}");
        Directory.Delete(directory, recursive: true);
        return stored;
    }

    private async Task<StoredImage> FetchAsync(string store, string name)
    {
        using ImageStore images = Open(store);
        ImageSource source = new(images, new LayerStore(_directory[store], TimeProvider.System, new FakeProgress()), new ImageGate(images, new FakeTrustPolicy(), new FakeMessages()), _host.Registries, _progress);
        return await source.GetAsync(name, new FetchOptions(PullPolicy.New, AllowHttp: false, AllowBadTls: false) { SkipTrust = true }, Ct);
    }

    private async Task ExportAsync(string from, StoredImage image, ArchiveFormat format, string file, string? name = null, bool overwrite = false)
    {
        using ImageStore store = Open(from);
        ImageExport export = Describe(store, image, format);
        await Exporter(from, store).ExportAsync(name is null ? export : export with { Names = [ImageRef.Parse(name).Name] }, Path.Combine(_directory.Path, file), overwrite, Ct);
    }

    private static ImageExport Describe(ImageStore store, StoredImage image, ArchiveFormat format)
    {
        ImageDetails details = store.Describe(ImageRef.Parse(image.Id.ToString()));
        return new ImageExport(details, details.Summary.Names, format);
    }

    private void Extract(ImageStore store, StoredImage image, string directory, bool rootFsOnly, bool overwrite)
    {
        ImageDetails details = store.Describe(ImageRef.Parse(image.Id.ToString()));
        Dictionary<string, ImageDocument> documents = new() { ["manifest"] = details.Manifest };
        Exporter("one", store).Extract(new ImageExtraction(image, documents, Path.Combine(_directory.Path, directory), rootFsOnly, overwrite), Ct);
    }

    private ImageExporter Exporter(string store, ImageStore images) => new(images, new LayerStore(_directory[store], TimeProvider.System, new FakeProgress()), _progress);

    private ImageStore Open(string store) =>
        new(_directory[store], new LayerStore(_directory[store], TimeProvider.System, new FakeProgress()), static () => new HashSet<string>(), TimeProvider.System);
}
