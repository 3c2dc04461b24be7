using Common.Native;
using PodManager.Images.Layers;
using PodManager.Lifecycle;
using PodManager.Store;
using PodManager.Tests.Images.Tar;
using PodManager.Tests.Store;
using Xunit;
using static Tmds.Linux.LibC;

namespace PodManager.Tests.Images.Layers;

/// <summary>Archives that try to reach what lies outside the layer. Refused or confined: outside, nothing may change.</summary>
public sealed class HostileArchiveTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _layer;
    private readonly string _outside;

    public HostileArchiveTests()
    {
        // As in the store: the layer's root is two levels down, and what an attacker could want lies beside it.
        _layer = _directory["layers/staging/root"];
        _outside = _directory["outside"];
        _ = Directory.CreateDirectory(_layer);
        _ = Directory.CreateDirectory(_outside);
        File.WriteAllText(Path.Combine(_outside, "file"), "untouched");
    }

    public void Dispose() => _directory.Dispose();

    [RootFact]
    public void A_name_with_dots_is_refused()
    {
        Refused(new TarBuilder().File("../escaped"));
        Refused(new TarBuilder().Folder("a").File("a/../../escaped"));
        Refused(new TarBuilder().Pax(("path", "../../../outside/file")).File("x", "overwritten"));
        Refused(new TarBuilder().LongName("../escaped").File("x"));
        Refused(new TarBuilder().Entry("x", '0', change: static header => "../.."u8.CopyTo(header.AsSpan(345))));
        Refused(new TarBuilder().Symlink("../escaped", "x"));
        Refused(new TarBuilder().Device("../escaped", '3', 1, 3));
        Refused(new TarBuilder().File("../.wh.outside"));
        Refused(new TarBuilder().File("../.wh..wh..opq"));
    }

    [RootFact]
    public void An_absolute_name_counts_from_the_layers_root()
    {
        Unpack(new TarBuilder().File($"{_outside}/file", "overwritten"));

        Assert.Equal("overwritten", File.ReadAllText(_layer + _outside + "/file"));
    }

    [RootFact]
    public void A_whiteout_of_dots_is_refused()
    {
        Refused(new TarBuilder().File(".wh..."));
        Refused(new TarBuilder().File("a/.wh.."));
        Refused(new TarBuilder().File("a/.wh."));
    }

    [RootFact]
    public void A_file_below_an_absolute_link_stays_in_the_layer()
    {
        // In the layer there is nothing of that path, so that the link dangles.
        Refused(new TarBuilder().Symlink("link", _outside).File("link/file", "overwritten"));

        // And if there is, it is the layer's.
        Unpack(new TarBuilder().Folder(_outside).Symlink("link", _outside).File("link/file", "inside"));
        Assert.Equal("inside", File.ReadAllText(_layer + _outside + "/file"));
    }

    [RootFact]
    public void A_file_below_a_link_upwards_stays_in_the_layer()
    {
        Unpack(new TarBuilder().Symlink("up", "../../../..").File("up/escaped", "x").Folder("up/dir").HardLink("up/hard", "up/escaped"));

        Assert.Equal("x", File.ReadAllText(Path.Combine(_layer, "escaped")));
        Assert.True(Directory.Exists(Path.Combine(_layer, "dir")));
    }

    [RootFact]
    public void A_link_to_the_kernels_magic_links_is_not_followed()
    {
        foreach (string target in (string[])["/proc/self/root", "/proc/self/cwd", "/proc/1/root", "/dev/fd/0"])
        {
            Refused(new TarBuilder().Symlink("link", target).File("link/escaped", "x"));
        }
    }

    [RootFact]
    public void A_file_takes_the_place_of_a_link_and_is_not_written_through_it()
    {
        Unpack(new TarBuilder().Symlink("x", $"{_outside}/file").File("x", "inside"));
        Unpack(new TarBuilder().Symlink("y", _outside).Folder("y", mode: 0x1ff).File("y/file", "inside"));
        Unpack(new TarBuilder().Symlink("z", $"{_outside}/file").Device("z", '3', 1, 3));
        Unpack(new TarBuilder().Symlink("w", $"{_outside}/file").HardLink("w2", "w").File("w2", "inside"));

        Assert.Equal("inside", File.ReadAllText(Path.Combine(_layer, "x")));
        Assert.Equal("inside", File.ReadAllText(Path.Combine(_layer, "y/file")));
    }

    [RootFact]
    public void A_hard_link_reaches_nothing_outside()
    {
        Refused(new TarBuilder().HardLink("hard", "../../../outside/file"));
        Refused(new TarBuilder().HardLink("hard", $"{_outside}/file").File("hard", "overwritten"));
        Refused(new TarBuilder().Symlink("link", _outside).HardLink("hard", "link/file"));
        Refused(new TarBuilder().Symlink("up", "../../..").HardLink("hard", "up/outside/file"));
        Refused(new TarBuilder().Symlink("self", "/proc/self/root").HardLink("hard", $"self{_outside}/file"));
        Refused(new TarBuilder().HardLink("hard", "."));
        Refused(new TarBuilder().Folder("dir").HardLink("hard", "dir"));
    }

    [RootFact]
    public void A_hard_link_to_a_link_is_not_followed_later()
    {
        // The second name of the link is replaced, not what it points to.
        Unpack(new TarBuilder().Symlink("link", $"{_outside}/file").HardLink("hard", "link").File("hard", "inside"));

        Assert.Equal("inside", File.ReadAllText(Path.Combine(_layer, "hard")));
    }

    [RootFact]
    public void A_directory_that_becomes_a_link_leads_nowhere_else()
    {
        // The directory that was open for the entry before must not be taken for the link's target, nor the other way round.
        Unpack(new TarBuilder().Folder(_outside).Folder("dir").File("dir/a", "a").Symlink("dir", _outside).File("dir/file", "inside"));

        Assert.Equal("inside", File.ReadAllText(_layer + _outside + "/file"));
        Assert.False(File.Exists(Path.Combine(_layer, "dir/a")));
    }

    [RootFact]
    public void The_times_of_directories_are_not_set_through_links()
    {
        DateTime before = Directory.GetLastWriteTimeUtc(_outside);

        Unpack(new TarBuilder().Folder("dir", time: 1).Symlink("dir", _outside));

        Assert.Equal(before, Directory.GetLastWriteTimeUtc(_outside));
    }

    [RootFact]
    public void The_root_can_be_replaced_by_nothing()
    {
        Refused(new TarBuilder().Symlink(".", _outside));
        Refused(new TarBuilder().File("./"));
        Refused(new TarBuilder().Device("/", '3', 1, 3));
    }

    [RootFact]
    public void A_file_with_entries_below_it_is_refused() => Refused(new TarBuilder().File("a", "x").File("a/b", "y"));

    [RootFact]
    public void Names_longer_than_the_kernel_takes_are_refused()
    {
        Refused(new TarBuilder().Pax(("path", new string('n', 300))).File("x"));
        Refused(new TarBuilder().Pax(("path", string.Join('/', Enumerable.Repeat("dir", 2000)))).File("x"));
        Refused(new TarBuilder().Pax(("linkpath", new string('n', 5000))).Symlink("x", "y"));
        Refused(new TarBuilder().Symlink("x", ""));
    }

    [RootFact]
    public void Depth_without_end_by_links_can_be_removed_again()
    {
        // Each file lies below a link to where the one before lies: in the end deeper than any path that the kernel takes.
        TarBuilder archive = new();
        string deep = string.Join('/', Enumerable.Repeat(new string('d', 40), 80));
        for (int i = 0; i < 5; i++)
        {
            string at = i == 0 ? deep : $"link{i - 1}/{deep}";
            _ = archive.Pax(("path", $"{at}/x")).File("x").Pax(("linkpath", at)).Symlink($"link{i}", "x");
        }

        Unpack(archive);
    }

    [RootFact]
    public void A_size_that_the_archive_does_not_have_is_refused()
    {
        Refused(new TarBuilder().Entry("x", '0', change: static header => TarBuilder.Octal(header, 124, 12, 4L << 30)));
        Refused(new TarBuilder().Pax(("size", "4294967296")).File("x"));
        Refused(new TarBuilder().Entry("x", '0', change: static header => TarBuilder.Binary(header, 124, 12, 1L << 60)));
        Refused(new TarBuilder().Pax(("GNU.sparse.size", "4294967296"), ("GNU.sparse.map", "0,4294967296")).File("x"));
        Refused(new TarBuilder().LongName("x").Entry("././@LongLink", 'L', change: static header => TarBuilder.Octal(header, 124, 12, 4L << 30)));
        Refused(new TarBuilder().Pax(("SCHILY.xattr.user.large", new string('x', 100_000))).File("x"));
    }

    [RootFact]
    public void A_hole_of_terabytes_costs_nothing()
    {
        // As large as ext4 allows, in one kilobyte: also what is noted of the layer's content must not need a look at all of it.
        const string size = "17000000000000";
        byte[] archive = new TarBuilder().Pax(("GNU.sparse.size", size), ("GNU.sparse.map", "4096,3,16000000000000,4")).File("x", "abcdefg").Build();
        LayerContent content;
        try
        {
            content = LayerUnpacker.Unpack(new MemoryStream(archive), _layer, TestContext.Current.CancellationToken);
        }
        catch (NativeException failure) when (failure.Errno is Errno.EFBIG or Errno.EINVAL)
        {
            return; // a file system whose files end sooner
        }

        LayerTreeRecord known = LayerMeasure.Of(_layer, content.FileHashes, TestContext.Current.CancellationToken);
        LayerTreeRecord read = LayerMeasure.Of(_layer, new Dictionary<ulong, UInt128>(), TestContext.Current.CancellationToken);
        Assert.Equal(known, read);
        Assert.Equal((7, long.Parse(size)), (content.SizeBytes, read.SizeBytes));
    }

    [RootFact]
    public void A_hundred_thousand_entries_are_just_many()
    {
        // Most of them further names, which is what a disk does fastest.
        TarBuilder archive = new();
        for (int i = 0; i < 100_000; i++)
        {
            _ = i < 5000 ? archive.File($"{i / 100}/{i}") : archive.HardLink($"links/{i}", $"{i % 50}/{i % 50 * 100}");
        }

        LayerContent content = LayerUnpacker.Unpack(new MemoryStream(archive.Build()), _layer, TestContext.Current.CancellationToken);

        Assert.Equal(100_000, content.Entries);
        Assert.Equal(95_000, Directory.EnumerateFiles(Path.Combine(_layer, "links")).Count());
    }

    private void Unpack(TarBuilder archive)
    {
        string[] before = Outside();
        _ = LayerUnpacker.Unpack(new MemoryStream(archive.Build()), _layer, TestContext.Current.CancellationToken);
        Assert.Equal(before, Outside());
    }

    private void Refused(TarBuilder archive)
    {
        string[] before = Outside();
        Exception refusal = Assert.ThrowsAny<Exception>(() => LayerUnpacker.Unpack(new MemoryStream(archive.Build()), _layer, TestContext.Current.CancellationToken));
        Assert.True(refusal is InvalidDataException or NativeException, refusal.ToString());
        Assert.Equal(before, Outside());
    }

    /// <summary>All that is beside the layer's root, with content, owner and mode.</summary>
    private string[] Outside() => [.. Describe(new DirectoryInfo(_directory.Path)).Order(StringComparer.Ordinal)];

    private IEnumerable<string> Describe(DirectoryInfo directory)
    {
        foreach (FileSystemInfo entry in directory.EnumerateFileSystemInfos())
        {
            if (entry.FullName == _layer)
            {
                continue;
            }

            yield return $"{entry.FullName} {entry.LinkTarget} {Mode(entry)} {(entry is FileInfo ? File.ReadAllText(entry.FullName) : "")}";
            foreach (string inner in entry is DirectoryInfo { LinkTarget: null } below ? Describe(below) : [])
            {
                yield return inner;
            }
        }
    }

    private static uint Mode(FileSystemInfo entry)
    {
        using Fd file = Files.Open(entry.FullName, O_PATH | O_NOFOLLOW);
        return RawFiles.Status(file, [])!.Value.Mode;
    }
}
