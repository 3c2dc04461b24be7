using System.Text;
using Common.Native;
using PodManager.Lifecycle.Foreground;
using Xunit;

namespace PodManager.Tests.Lifecycle.Foreground;

public sealed class LineOutputTests
{
    [Theory]
    [InlineData("", "a\nb\n", "a\n", "b\n")]
    [InlineData("", "ab\n", "a", "b\n")]
    [InlineData("", "ab\n", "a", "b")]
    [InlineData("", "\n\n", "\n\n")]
    [InlineData("", "")]
    [InlineData("web: ", "web: a\nweb: \nweb: b\n", "a\n\nb")]
    public void Only_whole_lines_are_written(string prefix, string expected, params string[] written)
    {
        (Fd reader, Fd writer) = Pipe.Create();
        using (reader)
        {
            using (writer)
            {
                LineOutput output = new(writer, Encoding.UTF8.GetBytes(prefix), new Lock());
                foreach (string text in written)
                {
                    output.Write(Encoding.UTF8.GetBytes(text));
                }

                output.Finish();
            }

            Assert.Equal(expected, Files.ReadText(reader));
        }
    }

    [Fact]
    public void What_has_no_end_yet_waits()
    {
        (Fd reader, Fd writer) = Pipe.Create();
        using (reader)
        using (writer)
        {
            LineOutput output = new(writer, [], new Lock());
            output.Write("one\ntw"u8);
            byte[] got = new byte[64];
            Assert.Equal("one\n", Encoding.UTF8.GetString(got, 0, Files.Read(reader, got)));
            output.Write("o\n"u8);
            Assert.Equal("two\n", Encoding.UTF8.GetString(got, 0, Files.Read(reader, got)));
        }
    }
}
