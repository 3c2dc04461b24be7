using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Pods;

public sealed class PodNameTests
{
    [Theory]
    [InlineData("web")]
    [InlineData("Web_1.0-x")]
    [InlineData("0x")]
    [InlineData("beefy")]
    public void A_name_is_a_word(string text)
    {
        Assert.True(PodName.TryParse(text, out PodName? name));
        Assert.Equal(text, name.Value.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".web")]
    [InlineData("-web")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("grün")]
    [InlineData("beef")]
    [InlineData("123")]
    [InlineData("5bc080ca-3f1e-4c0b-9d52-6a1c1f0e7a11")]
    [InlineData("rkt-x")]
    [InlineData("RKT-x")]
    public void What_could_be_something_else_is_none(string text) => Assert.False(PodName.TryParse(text, out _));

    [Fact]
    public void A_name_has_63_characters_at_most()
    {
        Assert.True(PodName.TryParse(new string('x', 63), out _));
        Assert.False(PodName.TryParse(new string('x', 64), out _));
    }
}
