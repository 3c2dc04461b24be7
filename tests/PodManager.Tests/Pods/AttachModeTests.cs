using Common.Contract;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Pods;

public sealed class AttachModeTests
{
    private static readonly AppName App = Records.Name("web");

    [Theory]
    [InlineData("auto", "None")]
    [InlineData("list", "None")]
    [InlineData("tty", "TtyIn, TtyOut")]
    [InlineData("tty-out", "TtyOut")]
    [InlineData("stdin,stderr", "Stdin, Stderr")]
    public void Modes_are_words(string text, string targets)
    {
        Assert.Null(AttachMode.Read(text, out AttachMode mode));
        Assert.Equal((targets, text == "list"), (mode.Targets.ToString(), mode.IsList));
    }

    [Theory]
    [InlineData("", "is no mode")]
    [InlineData("stdin,", "is no mode")]
    [InlineData("pty", "is no mode")]
    [InlineData("stdin,auto", "stands alone")]
    [InlineData("stdout,stdout", "said twice")]
    [InlineData("tty,tty-in", "said twice")]
    [InlineData("tty,stdout", "attached to alone")]
    [InlineData("tty-in,tty-out", "attached to alone")]
    public void Others_are_refused(string text, string fault) => Assert.Contains(fault, AttachMode.Read(text, out _), StringComparison.Ordinal);

    [Theory]
    [InlineData("auto", "Stdout, Stderr")]
    [InlineData("stdout", "Stdout")]
    public void What_is_meant_is_there(string text, string targets)
    {
        _ = AttachMode.Read(text, out AttachMode mode);
        Assert.Equal(targets, mode.In(App, new StreamModes(StreamMode.Null, StreamMode.Stream, StreamMode.Stream)).ToString());
    }

    [Theory]
    [InlineData("stdin")]
    [InlineData("tty")]
    public void What_is_not_there_is_refused(string text)
    {
        _ = AttachMode.Read(text, out AttachMode mode);
        PodctlException e = Assert.Throws<PodctlException>(() => mode.In(App, new StreamModes(StreamMode.Null, StreamMode.Stream, StreamMode.Log)));
        Assert.Equal(ExitCode.WrongState, e.Code);
    }

    [Fact]
    public void An_app_without_streams_has_nothing() =>
        Assert.Equal(ExitCode.WrongState, Assert.Throws<PodctlException>(() => AttachMode.Auto.In(App, StreamModes.Default)).Code);

    [Fact]
    public void Names_are_those_that_are_there()
    {
        Assert.Equal(["stdin", "stdout"], AttachMode.NamesOf(AttachTargets.Stdin | AttachTargets.Stdout));
        Assert.Equal(["tty", "tty-in", "tty-out"], AttachMode.NamesOf(new StreamModes(StreamMode.Tty, StreamMode.Tty, StreamMode.Log).Targets));
        Assert.Equal(["tty-out"], AttachMode.NamesOf(new StreamModes(StreamMode.Null, StreamMode.Log, StreamMode.Tty).Targets));
        Assert.Empty(AttachMode.NamesOf(StreamModes.Default.Targets));
    }
}
