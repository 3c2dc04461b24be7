using System.Text;
using PodManager.Images.Layers;
using Xunit;

namespace PodManager.Tests.Images.Layers;

public sealed class EntryPathTests
{
    [Theory]
    [InlineData("a/b", "a/b", "a", "b")]
    [InlineData("./a/./b/", "a/b", "a", "b")]
    [InlineData("/a//b", "a/b", "a", "b")]
    [InlineData("a", "a", "", "a")]
    [InlineData("a/../b", "b", "", "b")]
    [InlineData("a/b/../../c/d", "c/d", "c", "d")]
    [InlineData("..a/b..", "..a/b..", "..a", "b..")]
    public void Names_are_made_plain(string name, string path, string parent, string last)
    {
        EntryPath parsed = Parse(name);

        Assert.Equal((path, parent, last), (Text(parsed.Bytes), Text(parsed.Parent), Text(parsed.Name)));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("./")]
    [InlineData("/")]
    [InlineData("a/..")]
    public void The_root_has_several_names(string name) => Assert.True(Parse(name).IsRoot);

    [Theory]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("/../x")]
    [InlineData("a/../../x")]
    [InlineData("a/b/../../../x")]
    public void What_leads_out_is_refused(string name) => Assert.Throws<InvalidDataException>(() => Parse(name));

    [Fact]
    public void Whiteouts_are_told()
    {
        EntryPath whiteout = Parse("dir/.wh.gone");
        Assert.True(whiteout.IsWhiteout);
        Assert.Equal("gone", Text(whiteout.Hidden));
        Assert.True(Parse("dir/.wh..wh..opq").IsOpaqueMark);
        Assert.False(Parse("dir/.wh..wh..opq").IsInternal);
        Assert.True(Parse(".wh..wh.plnk/12.34").IsInternal);
        Assert.True(Parse("dir/.wh..wh.aufs").IsInternal);
        Assert.False(Parse("dir/wh.gone").IsWhiteout);
    }

    [Theory]
    [InlineData(".wh.x/file")]
    [InlineData("dir/.wh.x/file")]
    public void Nothing_lies_below_a_whiteout(string name) => Assert.Throws<InvalidDataException>(() => Parse(name));

    private static EntryPath Parse(string name) => EntryPath.Parse(Encoding.UTF8.GetBytes(name));

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
