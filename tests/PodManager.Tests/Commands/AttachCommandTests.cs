using PodManager.Lifecycle;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Commands;

public sealed class AttachCommandTests
{
    [Theory]
    [InlineData("attach", "must provide the UUID")]
    [InlineData("attach web --mode=pty", "--mode: 'pty' is no mode")]
    [InlineData("run -d a --stdin=log", "--stdin: 'log' is nothing that input comes from")]
    [InlineData("run -d a --stdout=here", "--stdout: 'here' is nowhere that output goes to")]
    [InlineData("run -d a --stdin=tty --stderr=stream", "stream and tty exclude each other")]
    [InlineData("run a --stdout=null", "take --detach")]
    [InlineData("run -it a --stdin=tty", "take --detach")]
    public async Task What_cannot_be_is_refused(string words, string fault)
    {
        PodctlException e = await CommandLineHarness.FailureOf(words.Split(' '));
        Assert.Equal(ExitCode.Usage, e.Code);
        Assert.Contains(fault, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Defaults_may_be_said_in_the_foreground() => Assert.Equal(StreamModes.Default, (await CommandLineHarness.AppOf("a", "--stdin=null", "--stdout=log")).Streams);

    [Fact]
    public async Task The_flags_say_what_the_streams_are()
    {
        AppOptions app = await CommandLineHarness.AppOf("--detach", "a", "--stdin=stream", "--stdout=null", "--stderr=stream");
        Assert.Equal(new StreamModes(StreamMode.Stream, StreamMode.Null, StreamMode.Stream), app.Streams);
    }
}
