using System.Text;
using PodManager.Images.Tar;
using Xunit;

namespace PodManager.Tests.Images.Tar;

public sealed class TarReaderTests
{
    private static readonly string LongName = string.Join('/', Enumerable.Repeat(new string('n', 60), 4));

    [Fact]
    public void The_fields_of_a_header_are_read()
    {
        TarEntry entry = ReadOne(new TarBuilder().File("usr/bin/tool", "content", mode: 0x9ed, uid: 1000, gid: 2000, time: 1700000000));

        Assert.Equal("usr/bin/tool", Text(entry.Name));
        Assert.Equal((TarEntryType.File, 0x9edu, 1000u, 2000u), (entry.Type, entry.Mode, entry.Uid, entry.Gid));
        Assert.Equal((7L, 1700000000L, 0u), (entry.SizeBytes, entry.ModifiedSeconds, entry.ModifiedNanoseconds));
    }

    [Theory]
    [InlineData('0', TarEntryType.File)]
    [InlineData('\0', TarEntryType.File)]
    [InlineData('7', TarEntryType.File)]
    [InlineData('1', TarEntryType.HardLink)]
    [InlineData('2', TarEntryType.SymbolicLink)]
    [InlineData('3', TarEntryType.CharacterDevice)]
    [InlineData('4', TarEntryType.BlockDevice)]
    [InlineData('5', TarEntryType.Directory)]
    [InlineData('6', TarEntryType.Fifo)]
    public void Every_type_is_told(char flag, object type) => Assert.Equal(type, ReadOne(new TarBuilder().Entry("x", flag)).Type);

    [Fact]
    public void A_name_of_the_oldest_format_that_ends_in_a_slash_is_a_directory() =>
        Assert.Equal(TarEntryType.Directory, ReadOne(new TarBuilder().Entry("old/", '\0')).Type);

    [Fact]
    public void A_type_that_nobody_knows_is_refused() => Assert.Throws<InvalidDataException>(() => ReadOne(new TarBuilder().Entry("x", 'Q')));

    [Fact]
    public void The_prefix_of_ustar_is_put_in_front()
    {
        TarBuilder archive = new TarBuilder().Entry("name", '0', change: static header => "some/where"u8.CopyTo(header.AsSpan(345)));

        Assert.Equal("some/where/name", Text(ReadOne(archive).Name));
    }

    [Fact]
    public void What_GNU_keeps_in_the_place_of_the_prefix_is_no_prefix()
    {
        TarBuilder archive = new TarBuilder().Entry("name", '0', change: static header =>
        {
            "ustar  \0"u8.CopyTo(header.AsSpan(257));
            TarBuilder.Octal(header, 345, 12, 1700000000);
        });

        Assert.Equal("name", Text(ReadOne(archive).Name));
    }

    [Fact]
    public void GNU_long_names_and_targets_belong_to_the_next_entry()
    {
        TarBuilder archive = new TarBuilder().LongName(LongName).LongLink(LongName + "/target").Symlink("cut", "cut").File("after");

        TarEntry[] entries = ReadAll(archive.Build());

        Assert.Equal(LongName, Text(entries[0].Name));
        Assert.Equal(LongName + "/target", Text(entries[0].LinkTarget));
        Assert.Equal("after", Text(entries[1].Name));
    }

    [Fact]
    public void An_extended_header_belongs_to_the_next_entry()
    {
        TarBuilder archive = new TarBuilder()
            .Pax(("path", LongName), ("linkpath", LongName + "/t"), ("uid", "3000000"), ("gid", "4000000"), ("mtime", "1700000000.123456789"), ("comment", "x"))
            .Symlink("short", "short")
            .File("after");

        TarEntry[] entries = ReadAll(archive.Build());

        Assert.Equal((LongName, LongName + "/t"), (Text(entries[0].Name), Text(entries[0].LinkTarget)));
        Assert.Equal((3000000u, 4000000u), (entries[0].Uid, entries[0].Gid));
        Assert.Equal((1700000000L, 123456789u), (entries[0].ModifiedSeconds, entries[0].ModifiedNanoseconds));
        Assert.Equal(("after", 0u), (Text(entries[1].Name), entries[1].Uid));
    }

    [Theory]
    [InlineData("0", 0, 0)]
    [InlineData("12.5", 12, 500_000_000)]
    [InlineData("12.0000000019", 12, 1)]
    [InlineData("-1.25", -2, 750_000_000)]
    [InlineData("-3", -3, 0)]
    [InlineData(".5", 0, 500_000_000)]
    public void Times_have_fractions_and_may_lie_before_1970(string text, long seconds, uint nanoseconds)
    {
        TarEntry entry = ReadOne(new TarBuilder().Pax(("mtime", text)).File("x"));

        Assert.Equal((seconds, nanoseconds), (entry.ModifiedSeconds, entry.ModifiedNanoseconds));
    }

    [Theory]
    [InlineData("1.-9")]
    [InlineData("1.+9")]
    [InlineData("1.5x")]
    [InlineData("x.5")]
    [InlineData("1.5.5")]
    public void A_time_that_is_none_is_refused(string text) => Assert.Throws<InvalidDataException>(() => ReadOne(new TarBuilder().Pax(("mtime", text)).File("x")));

    [Fact]
    public void Attribute_values_are_bytes()
    {
        byte[] value = [0, 1, 0x0a, (byte)'=', 0xff, 0];
        TarEntry entry = ReadOne(new TarBuilder().Pax(("SCHILY.xattr.security.capability"u8.ToArray(), value)).File("x"));

        TarAttribute attribute = Assert.Single(entry.Attributes);
        Assert.Equal("security.capability", Text(attribute.Name));
        Assert.Equal(value, attribute.Value);
    }

    [Fact]
    public void Names_need_not_be_text()
    {
        byte[] name = [(byte)'a', 0xff, 0xfe, (byte)'/', 0x80];

        Assert.Equal(name, ReadOne(new TarBuilder().Entry(name, '0')).Name);
        Assert.Equal(name, ReadOne(new TarBuilder().Pax(("path"u8.ToArray(), name)).File("x")).Name);
    }

    [Fact]
    public void Large_and_negative_numbers_are_binary()
    {
        TarEntry entry = ReadOne(new TarBuilder().Entry("x", '5', change: static header =>
        {
            TarBuilder.Binary(header, 108, 8, 4_000_000_000);
            TarBuilder.Binary(header, 136, 12, -5);
            header[136] = 0xff;
        }));

        Assert.Equal((4_000_000_000u, -5L), (entry.Uid, entry.ModifiedSeconds));
    }

    [Fact]
    public void The_owner_that_means_unchanged_to_the_kernel_is_refused() =>
        Assert.Throws<InvalidDataException>(() => ReadOne(new TarBuilder().Pax(("uid", "4294967295")).File("x")));

    [Fact]
    public void Content_is_what_the_entry_has_and_no_more()
    {
        string large = new('x', 700_000);
        byte[] archive = new TarBuilder().File("a", "first").File("b", large).Entry("dir", '5', change: static header => TarBuilder.Octal(header, 124, 12, 4096)).File("c", "third").Build();
        using TarReader reader = new(new MemoryStream(archive));

        _ = reader.Next();
        Assert.Equal("first", Content(reader));
        _ = reader.Next();
        Assert.Equal(large, Content(reader));
        Assert.Equal(TarEntryType.Directory, reader.Next()!.Type); // its size says nothing
        Assert.Equal("", Content(reader));
        _ = reader.Next();
        Assert.Equal("third", Content(reader));
        Assert.Null(reader.Next());
    }

    [Fact]
    public void The_size_in_an_extended_header_counts()
    {
        byte[] archive = new TarBuilder().Pax(("size", "5")).Entry("x", '0', content: "12345"u8.ToArray(), change: static header => TarBuilder.Octal(header, 124, 12, 0)).File("after").Build();

        Assert.Equal(["x", "after"], ReadAll(archive).Select(static entry => Text(entry.Name)));
    }

    [Fact]
    public void What_follows_the_end_mark_is_read_but_not_looked_at()
    {
        using MemoryStream stream = new([.. new TarBuilder().File("x").Build(), .. new byte[100_000], 1, 2, 3]);
        using TarReader reader = new(stream);

        Assert.NotNull(reader.Next());
        Assert.Null(reader.Next());
        Assert.Equal(stream.Length, stream.Position);
    }

    [Fact]
    public void An_archive_without_its_end_mark_is_whole() => Assert.Single(ReadAll(new TarBuilder().File("x", "content").BuildWithoutEnd()));

    [Fact]
    public void Entries_behind_a_single_block_of_zeros_are_not_passed_over() =>
        Assert.Throws<InvalidDataException>(() => ReadAll(new TarBuilder().File("x").Raw(new byte[512]).File("hidden").Build()));

    [Theory]
    [InlineData(511)] // in a header
    [InlineData(512 + 100)] // in the content
    [InlineData(512 + 1000 + 5)] // in the padding
    public void A_truncated_archive_is_refused(int length)
    {
        byte[] archive = new TarBuilder().File("x", new string('c', 1000)).Build()[..length];

        _ = Assert.Throws<InvalidDataException>(() => ReadAll(archive));
    }

    [Fact]
    public void A_wrong_checksum_is_refused()
    {
        byte[] archive = new TarBuilder().File("x").Build();
        archive[0] ^= 1;

        _ = Assert.Throws<InvalidDataException>(() => ReadAll(archive));
    }

    [Theory]
    [InlineData("5 a=b\n")] // too short a length
    [InlineData("7 a=b\n")] // too long a length
    [InlineData("6 a=bc")] // no line's end
    [InlineData("x a=b\n")]
    [InlineData("5 =b\n")] // no key
    [InlineData("99999999999999999999 a=b\n")]
    public void A_damaged_extended_header_is_refused(string header) =>
        Assert.Throws<InvalidDataException>(() => ReadOne(new TarBuilder().Entry("pax", 'x', content: Encoding.UTF8.GetBytes(header)).File("x")));

    [Fact]
    public void A_name_with_a_zero_byte_is_refused() => Assert.Throws<InvalidDataException>(() => ReadOne(new TarBuilder().Pax(("path", "a\0b")).File("x")));

    [Fact]
    public void An_extended_header_without_bounds_is_refused() => Assert.Throws<InvalidDataException>(() =>
        ReadOne(new TarBuilder().Entry("pax", 'x', change: static header => TarBuilder.Octal(header, 124, 12, 2L << 30))));

    [Fact]
    public void A_negative_size_is_refused() => Assert.Throws<InvalidDataException>(() => ReadOne(new TarBuilder().Pax(("size", "-1")).File("x")));

    internal static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static TarEntry ReadOne(TarBuilder archive) => Assert.Single(ReadAll(archive.Build()));

    private static TarEntry[] ReadAll(byte[] archive)
    {
        using TarReader reader = new(new MemoryStream(archive));
        List<TarEntry> entries = [];
        while (reader.Next() is { } entry)
        {
            entries.Add(entry);
        }

        return [.. entries];
    }

    private static string Content(TarReader reader)
    {
        StringBuilder content = new();
        ReadOnlySpan<byte> piece;
        while (!(piece = reader.ReadContent()).IsEmpty)
        {
            _ = content.Append(Encoding.UTF8.GetString(piece));
        }

        return content.ToString();
    }
}
