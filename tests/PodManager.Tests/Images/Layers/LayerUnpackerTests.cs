using System.Text;
using Common.Native;
using PodManager.Images.Layers;
using PodManager.Lifecycle;
using PodManager.Tests.Images.Tar;
using PodManager.Tests.Store;
using Xunit;
using static Tmds.Linux.LibC;

namespace PodManager.Tests.Images.Layers;

public sealed class LayerUnpackerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _layer;

    public LayerUnpackerTests()
    {
        _layer = _directory["layer"];
        _ = Directory.CreateDirectory(_layer);
    }

    public void Dispose() => _directory.Dispose();

    [RootFact]
    public void Owner_mode_and_times_are_the_archives()
    {
        _ = Unpack(new TarBuilder()
            .Pax(("mtime", "1600000000.000000001")).Folder("dir", mode: 0x3ff, uid: 5, gid: 6)
            .Pax(("mtime", "1600000001.5")).File("dir/setuid", "x", mode: 0xded, uid: 1000, gid: 2000)
            .Pax(("mtime", "-1.5")).Symlink("dir/link", "../target", uid: 7, gid: 8)
            .File("dir/read-only", "y", mode: 0));

        FileStatus dir = Status("dir");
        Assert.Equal((0x3ffu, 5u, 6u, 1600000000L, 1u), (dir.Mode & 0xfff, dir.Uid, dir.Gid, dir.ModifiedSeconds, dir.ModifiedNanoseconds));
        FileStatus file = Status("dir/setuid");
        Assert.Equal((0xdedu, 1000u, 2000u, 1600000001L, 500000000u), (file.Mode & 0xfff, file.Uid, file.Gid, file.ModifiedSeconds, file.ModifiedNanoseconds));
        FileStatus link = Status("dir/link");
        Assert.Equal((7u, 8u, -2L, 500000000u), (link.Uid, link.Gid, link.ModifiedSeconds, link.ModifiedNanoseconds));
        Assert.Equal("../target", new FileInfo(In("dir/link")).LinkTarget);
        Assert.Equal("y", File.ReadAllText(In("dir/read-only")));
    }

    [RootFact]
    public void Devices_and_fifos_are_made()
    {
        _ = Unpack(new TarBuilder().Device("c", '3', 1, 3).Device("b", '4', 259, 1_000_000).Entry("f", '6', mode: 0x1b6));

        FileStatus character = Status("c");
        Assert.Equal((FileStatus.CharacterDevice | 0x1b0, 1u, 3u), (character.Mode, character.SpecialMajor, character.SpecialMinor));
        FileStatus block = Status("b");
        Assert.Equal((FileStatus.BlockDevice | 0x1b0, 259u, 1_000_000u), (block.Mode, block.SpecialMajor, block.SpecialMinor));
        Assert.Equal(FileStatus.Fifo | 0x1b6, Status("f").Mode);
    }

    [RootFact]
    public void Hard_links_share_an_inode_and_are_counted_once()
    {
        LayerContent content = Unpack(new TarBuilder().File("dir/a", "12345").HardLink("b", "dir/a").HardLink("./b", "/b").Symlink("s", "x").HardLink("t", "s"));

        Assert.Equal(Status("dir/a").Inode, Status("b").Inode);
        Assert.Equal(Status("s").Inode, Status("t").Inode);
        Assert.Equal(5, content.SizeBytes);
    }

    [RootFact]
    public void A_hard_link_to_what_is_not_there_is_refused() =>
        Assert.Throws<InvalidDataException>(() => Unpack(new TarBuilder().HardLink("b", "missing")));

    [RootFact]
    public void Attributes_of_the_image_are_kept_and_those_of_the_host_are_not()
    {
        byte[] capability = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        _ = Unpack(new TarBuilder()
            .Pax(
                ("SCHILY.xattr.security.capability"u8.ToArray(), capability),
                ("SCHILY.xattr.user.text"u8.ToArray(), "a\0b"u8.ToArray()),
                ("SCHILY.xattr.trusted.overlay.redirect"u8.ToArray(), "/etc"u8.ToArray()),
                ("SCHILY.xattr.trusted.other"u8.ToArray(), "x"u8.ToArray()),
                ("SCHILY.xattr.user.overlay.whiteout"u8.ToArray(), "x"u8.ToArray()),
                ("SCHILY.xattr.security.selinux"u8.ToArray(), "label"u8.ToArray()))
            .File("file", uid: 1000)
            .Pax(("SCHILY.xattr.trusted.overlay.opaque", "y"), ("SCHILY.xattr.user.kept", "z"))
            .Folder("dir"));

        Assert.Equal(["security.capability", "user.text"], Attributes("file"));
        Assert.Equal(capability, Attribute("file", "security.capability"));
        Assert.Equal("a\0b"u8.ToArray(), Attribute("file", "user.text"));
        Assert.Equal(["user.kept"], Attributes("dir"));
    }

    [RootFact]
    public void Files_with_holes_have_them()
    {
        LayerContent content = Unpack(new TarBuilder().Pax(("GNU.sparse.size", "10000000"), ("GNU.sparse.map", "0,3,5000000,4")).File("s", "abcdefg"));

        using FileStream file = File.OpenRead(In("s"));
        Assert.Equal((10_000_000, 7), (file.Length, content.SizeBytes));
        file.Position = 5_000_000;
        Assert.Equal("defg\0", new StreamReader(file).ReadToEnd()[..5]);
    }

    [RootFact]
    public void Names_that_are_no_text_are_kept()
    {
        byte[] name = [(byte)'n', 0xff, (byte)'/', 0xfe];
        LayerContent content = Unpack(new TarBuilder().Entry(name, '0', content: "x"u8.ToArray()));

        using Fd root = Files.Open(_layer, O_RDONLY | O_DIRECTORY);
        Assert.True(RawFiles.Status(root, name)?.Type == FileStatus.Regular);
        Assert.Equal([".", @"n\xFF"], content.ImpliedDirectories);
    }

    [RootFact]
    public void The_last_of_several_entries_of_a_name_counts()
    {
        LayerContent content = Unpack(new TarBuilder()
            .File("file", "old").File("file", "newer")
            .Folder("dir", mode: 0x1c0).File("dir/kept", "k").Folder("dir", mode: 0x1ed)
            .Folder("becomes-file").File("becomes-file/inner", "gone").File("becomes-file", "f")
            .File("becomes-dir", "gone").Folder("becomes-dir").File("becomes-dir/inner", "i")
            .Symlink("link", "x").File("link", "l"));

        Assert.Equal("newer", File.ReadAllText(In("file")));
        Assert.Equal("k", File.ReadAllText(In("dir/kept")));
        Assert.Equal(0x1edu, Status("dir").Mode & 0xfff);
        Assert.Equal("f", File.ReadAllText(In("becomes-file")));
        Assert.Equal("i", File.ReadAllText(In("becomes-dir/inner")));
        Assert.Equal("l", File.ReadAllText(In("link")));
        Assert.Equal(13, content.Entries);
    }

    [RootFact]
    public void A_whiteout_becomes_overlays()
    {
        LayerContent content = Unpack(new TarBuilder().Folder("dir").File("dir/.wh.gone").File(".wh.also"));

        Assert.True(Status("dir/gone").IsWhiteout);
        Assert.True(Status("also").IsWhiteout);
        Assert.Equal(["also", "dir"], Names());
        Assert.Equal(3, content.Entries);
    }

    [RootFact]
    public void An_opaque_directory_is_overlays()
    {
        LayerContent content = Unpack(new TarBuilder().Folder("dir").File("dir/.wh..wh..opq").File("dir/new").File("implied/.wh..wh..opq"));

        Assert.True(IsOpaque("dir"));
        Assert.True(IsOpaque("implied"));
        Assert.Equal([".", "implied"], content.ImpliedDirectories);
        Assert.False(content.HidesLower);
    }

    [RootFact]
    public void An_opaque_root_hides_all_lower_layers() => Assert.True(Unpack(new TarBuilder().File(".wh..wh..opq").File("x")).HidesLower);

    [RootFact]
    public void A_whiteout_hides_nothing_of_its_own_layer()
    {
        _ = Unpack(new TarBuilder()
            .File("a", "a").File(".wh.a")
            .File(".wh.b").File("b", "b")
            .Folder("c").File("c/x").File(".wh.c")
            .File(".wh.d").Folder("d").File("d/x")
            .File(".wh.e").File("e/x"));

        Assert.Equal("a", File.ReadAllText(In("a")));
        Assert.Equal("b", File.ReadAllText(In("b")));
        Assert.All(["c", "d", "e"], name =>
        {
            Assert.True(File.Exists(In($"{name}/x")));
            Assert.True(IsOpaque(name));
        });
    }

    [RootFact]
    public void What_aufs_left_is_passed_over()
    {
        _ = Unpack(new TarBuilder().Folder(".wh..wh.plnk").File(".wh..wh.plnk/1.2").File("x").File(".wh..wh.aufs"));

        Assert.Equal(["x"], Names());
    }

    [RootFact]
    public void Directories_that_the_archive_lacks_are_listed()
    {
        LayerContent content = Unpack(new TarBuilder().File("a/b/c").Folder("a", mode: 0x1c0).File("d/e"));

        Assert.Equal([".", "a/b", "d"], content.ImpliedDirectories);
        Assert.Equal((0x1c0u, 0x1edu, 0u), (Status("a").Mode & 0xfff, Status("d").Mode & 0xfff, Status("d").Gid));
    }

    [RootFact]
    public void The_root_has_the_archives_attributes()
    {
        LayerContent content = Unpack(new TarBuilder().Folder("./", mode: 0x16d, uid: 3, time: 1000));

        FileStatus root = Status(".");
        Assert.Equal((0x16du, 3u, 1000L), (root.Mode & 0xfff, root.Uid, root.ModifiedSeconds));
        Assert.Empty(content.ImpliedDirectories);
    }

    private LayerContent Unpack(TarBuilder archive) =>
        LayerUnpacker.Unpack(new MemoryStream(archive.Build()), _layer, TestContext.Current.CancellationToken);

    private string In(string name) => Path.Combine(_layer, name);

    private string[] Names() => [.. Directory.EnumerateFileSystemEntries(_layer).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private FileStatus Status(string name)
    {
        using Fd root = Files.Open(_layer, O_RDONLY | O_DIRECTORY);
        return RawFiles.Status(root, Encoding.UTF8.GetBytes(name)) ?? throw new FileNotFoundException(name);
    }

    private string[] Attributes(string name)
    {
        using Fd root = Files.Open(_layer, O_RDONLY | O_DIRECTORY);
        return [.. RawFiles.ListAttributes(root, Encoding.UTF8.GetBytes(name)).Select(Encoding.UTF8.GetString).Order(StringComparer.Ordinal)];
    }

    private byte[]? Attribute(string name, string attribute)
    {
        using Fd root = Files.Open(_layer, O_RDONLY | O_DIRECTORY);
        return RawFiles.GetAttribute(root, Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(attribute));
    }

    private bool IsOpaque(string name) => Attribute(name, "trusted.overlay.opaque") is [(byte)'y'];
}
