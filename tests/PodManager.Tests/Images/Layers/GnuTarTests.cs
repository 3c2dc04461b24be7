using System.Diagnostics;
using PodManager.Images.Layers;
using PodManager.Tests.Images.Export;
using PodManager.Tests.Images.Tar;
using PodManager.Tests.Store;
using Xunit;

namespace PodManager.Tests.Images.Layers;

/// <summary>Odd archives that are no attack: what comes of them is what GNU tar makes of them.</summary>
public sealed class GnuTarTests : IDisposable
{
    private static readonly byte[] Capability = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>For a region of a whole block, as GNU tar has them, and one of four bytes.</summary>
    private static readonly byte[] SparseContent = [.. Enumerable.Repeat((byte)'s', 512), .. "last"u8];
    private static readonly Dictionary<string, Func<TarBuilder>> Archives = new()
    {
        ["owners, modes and times"] = static () => Root().Pax(("mtime", "1600000000.000000001")).Folder("dir", mode: 0x3ff, uid: 5, gid: 6)
            .Pax(("mtime", "-1.5"), ("uid", "4000000000"), ("gid", "3999999999")).File("dir/setuid", "x", mode: 0xded)
            .File("nothing", "y", mode: 0, uid: 1000, gid: 2000, time: 1).Symlink("link", "../up", uid: 7, gid: 8, time: 2),
        ["devices and fifos"] = static () => Root().Device("null", '3', 1, 3).Device("large", '4', 259, 70_000).Entry("fifo", '6', mode: 0x1b6),
        ["attributes"] = static () => Root()
            .Pax(("SCHILY.xattr.security.capability"u8.ToArray(), Capability), ("SCHILY.xattr.user.bytes"u8.ToArray(), [0xff, 1, (byte)'=', 2])).File("capable", "x", mode: 0x9ed, uid: 33)
            .Pax(("SCHILY.xattr.user.of.a.directory", "value")).Folder("dir"),
        ["hard links"] = static () => Root().File("a", "content").HardLink("dir/b", "a").HardLink("./c", "./dir/b").Symlink("s", "a").HardLink("t", "s").File("replaced", "x").HardLink("replaced", "a"),
        ["the same name again"] = static () => Root().File("file", "old").File("file", "newer", mode: 0x180).Folder("dir", mode: 0x1c0).File("dir/kept", "k").Folder("dir", mode: 0x1ed, uid: 3)
            .File("becomes-dir", "gone").Folder("becomes-dir").File("becomes-dir/inner", "i").Symlink("link", "nowhere").File("link", "l").File("becomes-link", "x").Symlink("becomes-link", "file"),
        ["names as one likes"] = static () => Root().File("/absolute/file", "a").File("./././dots", "b").Folder("folder///").File("folder//file", "c").File(" space\n\\and 'more'", "d"),
        ["names that are no text"] = static () => Root().Entry([(byte)'n', 0xff, 0xfe], '0', content: "x"u8.ToArray())
            .Pax(("path"u8.ToArray(), [0x80, (byte)'/', 0xc0])).File("x", "y"),
        ["below a link"] = static () => Root().Folder("dir").Symlink("link", "dir").File("link/file", "inside").Folder("link/folder"),
        ["long names"] = static () => Root()
            .LongName(new string('g', 200)).File("cut", "gnu").LongLink(new string('t', 300)).Symlink("gnu-link", "cut")
            .Pax(("path", new string('p', 255)), ("linkpath", new string('q', 1000))).Symlink("cut", "cut")
            .Entry("ustar", '0', content: "u"u8.ToArray(), change: static header => "prefix/of"u8.CopyTo(header.AsSpan(345))),
        ["deep paths"] = static () => Root().Pax(("path", string.Join('/', Enumerable.Repeat(new string('d', 60), 60)))).Folder("x")
            .Pax(("path", string.Join('/', Enumerable.Repeat("d", 1000)) + "/file")).File("x", "deep"),
        ["the oldest sparse format"] = static () => Root().Entry("s", 'S', content: SparseContent, change: static header =>
        {
            "ustar  \0"u8.CopyTo(header.AsSpan(257)); // GNU's own
            Region(header, 386, 1024, 512);
            Region(header, 410, 8192, 4);
            Region(header, 434, 2_000_000, 0); // the hole at the end
            TarBuilder.Octal(header, 483, 12, 2_000_000);
        }),
        ["sparse format 0.0"] = static () => Root()
            .Pax(("GNU.sparse.size", "10000"), ("GNU.sparse.numblocks", "3"), ("GNU.sparse.offset", "1024"), ("GNU.sparse.numbytes", "512"), ("GNU.sparse.offset", "8192"), ("GNU.sparse.numbytes", "4"), ("GNU.sparse.offset", "10000"), ("GNU.sparse.numbytes", "0"))
            .Entry("s", '0', content: SparseContent),
        ["sparse format 0.1"] = static () => Root()
            .Pax(("GNU.sparse.name", "s"), ("GNU.sparse.size", "3000000"), ("GNU.sparse.numblocks", "3"), ("GNU.sparse.map", "0,512,2500000,4,3000000,0")).Entry("GNUSparseFile.0/s", '0', content: SparseContent),
        ["sparse format 1.0"] = static () => Root().Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "s"), ("GNU.sparse.realsize", "10000"))
            .Entry("GNUSparseFile.0/s", '0', content: [.. "3\n1024\n512\n8192\n4\n10000\n0\n"u8, .. new byte[512 - 26], .. SparseContent]),
    };

    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> Names => [.. Archives.Keys];

    public void Dispose() => _directory.Dispose();

    [RootTheory]
    [MemberData(nameof(Names))]
    public async Task An_archive_is_unpacked_as_GNU_tar_does(string name)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        byte[] archive = Archives[name]().Build();
        await File.WriteAllBytesAsync(_directory["archive.tar"], archive, ct);
        _ = Directory.CreateDirectory(_directory["ours"]);
        _ = Directory.CreateDirectory(_directory["theirs"]);

        _ = LayerUnpacker.Unpack(new MemoryStream(archive), _directory["ours"], ct);
        await TarAsync(_directory["archive.tar"], _directory["theirs"], ct);

        Assert.Equal(Comparable(TreeText.Of(_directory["theirs"])), Comparable(TreeText.Of(_directory["ours"])));
    }

    /// <summary>The root has a line of its own, so that its time is the archive's in both.</summary>
    private static TarBuilder Root() => new TarBuilder().Folder("./", mode: 0x1ed, time: 1000);

    /// <summary>
    /// The time of a directory that the archive only implies is that of its making there, and zero here, so that the layer is the same every time. Where something
    /// was put into a directory through a link, tar(1) does not set its time again. So directories have no time here, unless the archive gives them one.
    /// </summary>
    private static IEnumerable<string> Comparable(IReadOnlyList<string> tree)
    {
        foreach (string line in tree)
        {
            string[] words = line.Split(' ');
            int time = Array.FindIndex(words, static word => word.Length > 10 && word[^10] == '.' && long.TryParse(word[..^10], out long seconds) && seconds is 0 or > 1_700_000_000);
            yield return time < 0 || !words.Any(static word => word.StartsWith('4') && word.Length == 5) ? line : string.Join(' ', [.. words[..time], .. words[(time + 1)..]]);
        }
    }

    private static async Task TarAsync(string archive, string directory, CancellationToken ct)
    {
        ProcessStartInfo start = new("tar", ["--numeric-owner", "--same-owner", "--same-permissions", "--xattrs", "--xattrs-include=*", "-xf", archive, "-C", directory])
        {
            RedirectStandardError = true,
            Environment = { ["LC_ALL"] = "C" },
        };
        using Process tar = Process.Start(start)!;
        string errors = await tar.StandardError.ReadToEndAsync(ct);
        await tar.WaitForExitAsync(ct);
        Assert.True(tar.ExitCode == 0, errors);
    }

    private static void Region(byte[] header, int offset, long at, long length)
    {
        TarBuilder.Octal(header, offset, 12, at);
        TarBuilder.Octal(header, offset + 12, 12, length);
    }
}
