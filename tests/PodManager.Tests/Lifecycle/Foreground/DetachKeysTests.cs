using System.Text;
using PodManager.Lifecycle.Foreground;
using Xunit;

namespace PodManager.Tests.Lifecycle.Foreground;

public sealed class DetachKeysTests
{
    [Theory]
    [InlineData(false, "abc", "abc")]
    [InlineData(true, "a\x10\x11z", "a")]
    [InlineData(true, "a|\x10|\x11", "a")]
    [InlineData(false, "\x10", "")]
    [InlineData(false, "\x10|a", "\x10" + "a")]
    [InlineData(true, "\x10\x10\x11", "\x10")]
    [InlineData(false, "\x11\x10\x61", "\x11\x10\x61")]
    public void The_second_key_leaves_and_the_first_waits_for_what_follows(bool leaves, string typed, string passed)
    {
        DetachKeys keys = new();
        List<byte> rest = [];
        bool hasLeft = false;
        foreach (string part in typed.Split('|'))
        {
            hasLeft |= keys.Read(Encoding.ASCII.GetBytes(part), rest);
        }

        Assert.Equal(leaves, hasLeft);
        Assert.Equal(passed, Encoding.ASCII.GetString([.. rest]));
    }
}
