using System.Text;
using PodManager.Lifecycle;
using PodManager.Output;
using Xunit;

namespace PodManager.Tests.Output;

public sealed class LogTextTests
{
    private static readonly JournalEntry Entry = new(
        DateTimeOffset.UnixEpoch.AddMicroseconds(1_453_818_316_291_000),
        "s=1;i=2",
        [
            new JournalField("MESSAGE", Encoding.UTF8.GetBytes("a \"line\" \u001b[31mred ü\nsecond")),
            new JournalField("_SYSTEMD_UNIT", "web.service"u8.ToArray()),
            new JournalField("BLOB", new byte[] { 0xff, 0 }),
            new JournalField("TWICE", "1"u8.ToArray()),
            new JournalField("TWICE", "2"u8.ToArray()),
        ]);

    [Fact]
    public void Programs_get_the_bytes() => Assert.Equal("a \"line\" \u001b[31mred ü\nsecond\n", Encoding.UTF8.GetString(LogText.Raw(Entry, hasApp: false)));

    [Fact]
    public void People_get_no_escape_sequences() => Assert.Equal("web: a \"line\" \\x1b[31mred ü\nsecond\n", Encoding.UTF8.GetString(LogText.Safe(Entry, hasApp: true)));

    [Fact]
    public void A_line_that_journald_cut_goes_on()
    {
        JournalEntry cut = Entry with { Fields = [new JournalField("MESSAGE", "abc"u8.ToArray()), new JournalField("_LINE_BREAK", "line-max"u8.ToArray())] };
        Assert.Equal("abc", Encoding.UTF8.GetString(LogText.Raw(cut, hasApp: false)));
        Assert.Equal("abc", Encoding.UTF8.GetString(LogText.Safe(cut, hasApp: false)));
    }

    [Fact]
    public void Json_has_every_field() => Golden.Verify("output/logs.json", Encoding.UTF8.GetString(LogText.Json(Entry)));
}
