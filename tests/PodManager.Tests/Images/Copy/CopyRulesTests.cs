using System.Text;
using PodManager.Images.Copy;
using Xunit;

namespace PodManager.Tests.Images.Copy;

/// <summary>The tables of docker-cp(1) and podman-cp(1).</summary>
public sealed class CopyRulesTests
{
    [Theory]
    [InlineData("file", "missing", nameof(CopyWay.As))]
    [InlineData("file", "missing/", nameof(CopyWay.NoSuchDirectory))]
    [InlineData("file", "file", nameof(CopyWay.As))]
    [InlineData("file", "file/", nameof(CopyWay.NoDirectory))]
    [InlineData("file", "directory", nameof(CopyWay.Into))]
    [InlineData("file", "directory/", nameof(CopyWay.Into))]
    [InlineData("directory", "missing", nameof(CopyWay.As))]
    [InlineData("directory", "missing/", nameof(CopyWay.As))]
    [InlineData("directory/.", "missing", nameof(CopyWay.As))]
    [InlineData("directory", "file", nameof(CopyWay.DirectoryOnFile))]
    [InlineData("directory/.", "file", nameof(CopyWay.DirectoryOnFile))]
    [InlineData("directory", "directory", nameof(CopyWay.Into))]
    [InlineData("directory/", "directory/", nameof(CopyWay.Into))]
    [InlineData("directory/.", "directory", nameof(CopyWay.Content))]
    [InlineData("/", "directory", nameof(CopyWay.Content))]
    public void Source_and_destination_decide_what_goes_where(string source, string target, string way)
    {
        CopyPath from = new(source);
        CopyPath to = new(target);
        bool isDirectory = !source.StartsWith("file", StringComparison.Ordinal);
        TargetKind kind = Enum.Parse<TargetKind>(target.TrimEnd('/'), ignoreCase: true);
        Assert.Equal(way, CopyRules.Decide(isDirectory, from.IsContent, kind, to.WantsDirectory, overwrites: false).ToString());
    }

    [Fact]
    public void A_directory_takes_a_file_s_place_only_when_asked_to() =>
        Assert.Equal(CopyWay.As, CopyRules.Decide(isDirectory: true, isContent: false, TargetKind.File, wantsDirectory: false, overwrites: true));

    [Theory]
    [InlineData("/etc/passwd", "/etc/passwd", "passwd", false, false)]
    [InlineData("etc/", "etc", "etc", true, false)]
    [InlineData("etc//", "etc", "etc", true, false)]
    [InlineData("/srv/.", "/srv", "srv", false, true)]
    [InlineData("/srv/./", "/srv", "srv", true, true)]
    [InlineData("/srv/.hidden", "/srv/.hidden", ".hidden", false, false)]
    [InlineData("/srv/a.", "/srv/a.", "a.", false, false)]
    [InlineData(".", ".", "", false, true)]
    [InlineData("./", ".", "", true, true)]
    [InlineData("/", "/", "", true, true)]
    [InlineData("/.", "/", "", false, true)]
    [InlineData("..", "..", "..", false, true)]
    [InlineData("a/..", "a/..", "..", false, true)]
    public void The_end_of_a_path_says_something(string text, string path, string name, bool endsInSlash, bool isContent)
    {
        CopyPath read = new(text);
        Assert.Equal((path, name, endsInSlash, isContent), (Encoding.UTF8.GetString(read.Bytes), Encoding.UTF8.GetString(read.Name), read.EndsInSlash, read.IsContent));
    }
}
