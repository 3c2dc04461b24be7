using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Pods;

public sealed class SignalTests
{
    [Theory]
    [InlineData("TERM", 15)]
    [InlineData("SIGTERM", 15)]
    [InlineData("sigterm", 15)]
    [InlineData("9", 9)]
    [InlineData("64", 64)]
    [InlineData("SYS", 31)]
    [InlineData("RTMIN", 34)]
    [InlineData("RTMIN+3", 37)]
    [InlineData("SIGRTMIN+30", 64)]
    [InlineData("RTMAX", 64)]
    [InlineData("RTMAX-2", 62)]
    public void A_signal_is_a_name_or_a_number(string text, int number)
    {
        Assert.True(Signal.TryParse(text, out Signal? signal));
        Assert.Equal(number, signal.Value.Number);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("65")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("TERMINATE")]
    [InlineData("SIG")]
    [InlineData("RTMIN+31")]
    [InlineData("RTMIN+")]
    [InlineData("RTMIN-1")]
    [InlineData("RTMAX-31")]
    public void Anything_else_is_none(string text) => Assert.False(Signal.TryParse(text, out _));
}
