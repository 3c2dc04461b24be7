using PodManager.Output;
using Xunit;

namespace PodManager.Tests.Output;

public sealed class TextTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 17, 20, 57, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.00 KB")]
    [InlineData(3_715_000, "3.72 MB")]
    [InlineData(37_150_000, "37.2 MB")]
    [InlineData(371_500_000, "372 MB")]
    [InlineData(999_600, "1.00 MB")]
    [InlineData(9_996, "10.0 KB")]
    [InlineData(99_960, "100 KB")]
    [InlineData(1e21, "1000 EB")]
    public void Transfers_have_three_digits(double bytes, string text) => Assert.Equal(text, Sizes.Decimal(bytes));

    [Theory]
    [InlineData(0, "0B")]
    [InlineData(1023, "1023B")]
    [InlineData(1_258_291, "1.2MiB")]
    [InlineData(50L << 20, "50MiB")]
    [InlineData(long.MaxValue, "8.0EiB")]
    public void Stored_sizes_are_binary(long bytes, string text) => Assert.Equal(text, Sizes.Binary(bytes));

    [Theory]
    [InlineData(0.5, "now")]
    [InlineData(1, "1 second ago")]
    [InlineData(59, "59 seconds ago")]
    [InlineData(60, "1 minute ago")]
    [InlineData(200, "3 minutes ago")]
    [InlineData(7200, "2 hours ago")]
    [InlineData(86400, "1 day ago")]
    [InlineData(86400 * 8, "1 week ago")]
    [InlineData(86400 * 40, "1 month ago")]
    [InlineData(86400 * 800, "2 years ago")]
    [InlineData(-7200, "2 hours from now")]
    public void Times_are_told_as_people_do(double seconds, string text) => Assert.Equal(text, Times.Ago(Now - TimeSpan.FromSeconds(seconds), Now));

    [Fact]
    public void Times_are_written_in_full()
    {
        DateTimeOffset time = new(2016, 2, 28, 11, 41, 8, 291, TimeSpan.FromHours(1));
        Assert.Equal("2016-02-28 10:41:08.291 +0000 UTC", Times.Absolute(time));
        Assert.Equal("2016-02-28T10:41:08.291Z", Times.Json(time));
        Assert.Equal("2026-03-17 20:57:00 +0000 UTC", Times.Absolute(Now));
        Assert.Equal("2026-03-17T20:57:00Z", Times.Json(Now));
        _ = Times.Ago(DateTimeOffset.MaxValue, Now);
    }

    [Theory]
    [InlineData("plain ünïcode ☃", "plain ünïcode ☃")]
    [InlineData("\u001b[31mred", @"\x1b[31mred")]
    [InlineData("a\nb\tc\r\0", @"a\nb\tc\x0d\x00")]
    [InlineData("\u009b31m", @"\x9b31m")]
    [InlineData("evil\u202etxt", @"evil\u202etxt")]
    [InlineData("\u2028", @"\u2028")]
    public void Text_from_pods_is_harmless(string text, string expected) => Assert.Equal(expected, SafeText.Line(text));

    [Fact]
    public void Line_ends_can_stay() => Assert.Equal("a\n\tb\\x1b", SafeText.Lines("a\n\tb\u001b"));

    [Fact]
    public void Columns_are_aligned_by_tabs()
    {
        Table table = new();
        table.Add("A", "LONGER", "C");
        table.Add("12345678", "x");
        table.Add("", "1234567", "z");
        table.Add();
        Assert.Equal("A\t\tLONGER\tC\n12345678\tx\n\t\t1234567\tz\n\n", table.ToString());
    }
}
