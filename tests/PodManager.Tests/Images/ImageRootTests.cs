using PodManager.Images;
using PodManager.Images.Layers;
using PodManager.Lifecycle;
using PodManager.Tests.Images.Tar;
using PodManager.Tests.Store;
using Xunit;

namespace PodManager.Tests.Images;

public sealed class ImageRootTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _layers = [];

    public void Dispose() => _directory.Dispose();

    [RootFact]
    public void The_topmost_file_counts_and_directories_merge()
    {
        Layer(new TarBuilder().Folder("etc", mode: 0x1c0).File("etc/a", "low").File("etc/b", "low", uid: 5, gid: 6));
        Layer(new TarBuilder().Folder("etc", mode: 0x1ed, uid: 7).File("etc/a", "high"));

        Assert.Equal("high", Read("/etc/a"));
        Assert.Equal("low", Read("/etc/b"));
        Assert.Equal((5u, 6u), (Find("etc/b")!.Uid, Find("etc/b")!.Gid));
        Assert.Equal((0x41edu, 7u), (Find("/etc/")!.Mode, Find("/etc/")!.Uid));
        Assert.Null(Find("/etc/c"));
        Assert.Null(Find("/etc/a/x"));
        Assert.True(Find("/")!.IsDirectory);
    }

    [RootFact]
    public void Whiteouts_and_opaque_directories_hide_what_is_below()
    {
        Layer(new TarBuilder().File("dir/deleted", "x").File("dir/kept", "x").File("opaque/old", "x").File("gone/inner", "x").File("file", "x"));
        Layer(new TarBuilder().File("dir/.wh.deleted").File(".wh.gone").File("opaque/.wh..wh..opq").File("opaque/new", "y").File(".wh.file").Folder("file"));
        Layer(new TarBuilder().Folder("dir").Folder("opaque"));

        Assert.Null(Find("/dir/deleted"));
        Assert.NotNull(Find("/dir/kept"));
        Assert.Null(Find("/gone"));
        Assert.Null(Find("/gone/inner"));
        Assert.Null(Find("/opaque/old"));
        Assert.NotNull(Find("/opaque/new"));
        Assert.True(Find("/file")!.IsDirectory);
    }

    [RootFact]
    public void A_file_that_became_a_directory_or_the_other_way_round_does_not_merge()
    {
        Layer(new TarBuilder().Folder("a").File("a/old").File("b"));
        Layer(new TarBuilder().File("a", "file").Folder("b").File("b/new"));
        Layer(new TarBuilder().Folder("a").File("a/new"));

        Assert.Null(Find("/a/old"));
        Assert.NotNull(Find("/a/new"));
        Assert.NotNull(Find("/b/new"));
    }

    [RootFact]
    public void Links_are_followed_inside_the_image_only()
    {
        Layer(new TarBuilder().Folder("usr/bin").File("usr/bin/tool", "t", mode: 0x1ed).Symlink("bin", "usr/bin").Symlink("up", "../../../../usr").File("etc/passwd", "inside"));
        Layer(new TarBuilder()
            .Symlink("usr/bin/absolute", "/bin/tool").Symlink("usr/bin/relative", "../bin/./tool").Symlink("loop", "loop2").Symlink("loop2", "loop")
            .Symlink("passwd", "/etc/passwd").Symlink("chain", "up/bin/absolute").Symlink("dangling", "/nowhere").Symlink("dir", "/usr/bin/"));

        string tool = Path.Combine(_layers[0], "usr/bin/tool");
        Assert.All(["/bin/tool", "/bin/absolute", "/bin/relative", "/chain", "/dir/tool", "/dir/../bin/tool", "/../../bin/tool", "bin/tool"], path =>
            Assert.Equal(tool, Find(path)?.HostPath));
        Assert.True(Find("/bin/tool")!.IsExecutable);
        Assert.Equal("inside", Read("/passwd"));
        Assert.Null(Find("/loop"));
        Assert.Null(Find("/dangling"));
        Assert.Null(Find("/bin/tool/.."));
    }

    [RootFact]
    public void Users_come_from_the_merged_files()
    {
        Layer(new TarBuilder().File("etc/passwd", "old:x:5:5::/old:/bin/sh\n"));
        Layer(new TarBuilder().File("etc/passwd", "app:x:1000:1000::/home/app:/bin/sh\n"));

        Assert.Equal(1000u, new ImageRoot(_layers).FindUser("app").Uid);
        _ = Assert.Throws<PodctlException>(() => new ImageRoot(_layers).FindUser("old"));
    }

    [Fact]
    public void An_image_without_layers_has_nothing() => Assert.Null(new ImageRoot([]).Find("/"));

    private void Layer(TarBuilder archive)
    {
        string path = _directory[$"layer{_layers.Count}"];
        _ = Directory.CreateDirectory(path);
        _ = LayerUnpacker.Unpack(new MemoryStream(archive.Build()), path, TestContext.Current.CancellationToken);
        _layers.Add(path);
    }

    private ImageFile? Find(string path) => new ImageRoot(_layers).Find(path);

    private string Read(string path) => File.ReadAllText(Find(path)!.HostPath);
}
