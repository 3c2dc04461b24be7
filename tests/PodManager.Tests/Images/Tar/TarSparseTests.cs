using System.Text;
using PodManager.Images.Tar;
using Xunit;

namespace PodManager.Tests.Images.Tar;

public sealed class TarSparseTests
{
    private static readonly TarRegion[] Expected = [new(1024, 3), new(8192, 4)];

    [Fact]
    public void GNUs_oldest_format_is_read() => Check(new TarBuilder().Entry("s", 'S', content: "abcdefg"u8.ToArray(), change: static header =>
    {
        Region(header, 386, 1024, 3);
        Region(header, 410, 8192, 4);
        TarBuilder.Octal(header, 483, 12, 10000);
    }));

    [Fact]
    public void GNUs_oldest_format_goes_on_in_further_blocks()
    {
        byte[] more = new byte[512];
        byte[] content = [.. Enumerable.Repeat((byte)'c', 5 * 2)];
        Region(more, 0, 8000, 2);
        TarBuilder archive = new TarBuilder().Entry("s", 'S', change: header =>
        {
            for (int i = 0; i < 4; i++)
            {
                Region(header, 386 + (i * 24), i * 1000, 2);
            }

            header[482] = 1;
            TarBuilder.Octal(header, 483, 12, 9000);
            TarBuilder.Octal(header, 124, 12, content.Length);
        }).Raw(more).Raw([.. content, .. new byte[512 - content.Length]]).File("after");
        using TarReader reader = new(new MemoryStream(archive.Build()));

        TarEntry entry = reader.Next()!;
        Assert.Equal([new(0, 2), new(1000, 2), new(2000, 2), new(3000, 2), new(8000, 2)], entry.Regions);
        Assert.Equal("after", TarReaderTests.Text(reader.Next()!.Name));
    }

    [Fact]
    public void Format_0_0_is_read() => Check(new TarBuilder()
        .Pax(("GNU.sparse.size", "10000"), ("GNU.sparse.numblocks", "2"), ("GNU.sparse.offset", "1024"), ("GNU.sparse.numbytes", "3"), ("GNU.sparse.offset", "8192"), ("GNU.sparse.numbytes", "4"))
        .File("s", "abcdefg"));

    [Fact]
    public void Format_0_1_is_read() => Check(new TarBuilder()
        .Pax(("GNU.sparse.size", "10000"), ("GNU.sparse.numblocks", "2"), ("GNU.sparse.map", "1024,3,8192,4"), ("GNU.sparse.name", "s"))
        .File("GNUSparseFile.0/s", "abcdefg"));

    [Fact]
    public void Format_1_0_is_read()
    {
        byte[] map = new byte[512];
        "2\n1024\n3\n8192\n4\n"u8.CopyTo(map);
        Check(new TarBuilder()
            .Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "10000"), ("GNU.sparse.name", "s"))
            .Entry("GNUSparseFile.0/s", '0', content: [.. map, .. "abcdefg"u8]));
    }

    [Theory]
    [InlineData("1024,3,8192,5")] // more than is stored
    [InlineData("1024,3")] // less than is stored
    [InlineData("8192,3,1024,4")] // backwards
    [InlineData("1024,3,1025,4")] // overlapping
    [InlineData("1024,3,9998,4")] // behind the file's end
    [InlineData("1024,-3,8192,10")]
    [InlineData("1024,3,9223372036854775807,4")]
    [InlineData("1024,3,8192")]
    [InlineData("x")]
    public void A_bad_map_is_refused(string map)
    {
        TarBuilder archive = new TarBuilder().Pax(("GNU.sparse.size", "10000"), ("GNU.sparse.map", map)).File("s", "abcdefg");
        using TarReader reader = new(new MemoryStream(archive.Build()));

        _ = Assert.Throws<InvalidDataException>(reader.Next);
    }

    [Theory]
    [InlineData("2\n1024\n3\n8192\n")] // ends too early
    [InlineData("99999999\n")]
    public void A_bad_map_in_the_content_is_refused(string map)
    {
        TarBuilder archive = new TarBuilder()
            .Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "10000"))
            .Entry("s", '0', content: [.. Encoding.ASCII.GetBytes(map), .. new byte[512 - map.Length]]);
        using TarReader reader = new(new MemoryStream(archive.Build()));

        _ = Assert.Throws<InvalidDataException>(reader.Next);
    }

    private static void Region(byte[] header, int at, long offset, long length)
    {
        TarBuilder.Octal(header, at, 12, offset);
        TarBuilder.Octal(header, at + 12, 12, length);
    }

    private static void Check(TarBuilder archive)
    {
        using TarReader reader = new(new MemoryStream(archive.File("after").Build()));

        TarEntry entry = reader.Next()!;
        Assert.Equal(("s", 10000L), (TarReaderTests.Text(entry.Name), entry.SizeBytes));
        Assert.Equal(Expected, entry.Regions);
        Assert.Equal("abc", Encoding.ASCII.GetString(reader.ReadContent(3)));
        Assert.Equal("defg", Encoding.ASCII.GetString(reader.ReadContent(4)));
        Assert.Equal("after", TarReaderTests.Text(reader.Next()!.Name));
    }
}
