using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Pods;

public sealed class AppStatusTests
{
    [Theory]
    [InlineData("exited 0 success\n", 0)]
    [InlineData("exited 3 exit-code\n", 3)]
    [InlineData("exited 255 exit-code", 255)]
    [InlineData("killed KILL signal\n", 137)]
    [InlineData("killed TERM success\n", 143)]
    [InlineData("dumped SEGV core-dump\n", 139)]
    [InlineData("killed RTMIN+3 signal\n", 165)]
    public void A_status_has_a_code(string text, int code) => Assert.Equal(code, AppStatus.Parse(text, DateTimeOffset.UnixEpoch)?.Code);

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("exited")]
    [InlineData("exited 3")]
    [InlineData("exited 3 ")]
    [InlineData("exited  exit-code")]
    [InlineData("exited 256 exit-code")]
    [InlineData("exited -1 exit-code")]
    [InlineData("exited +1 exit-code")]
    [InlineData("exited 99999999999999999999 exit-code")]
    [InlineData("exited 3 exit-code\n\n")]
    [InlineData("exited 3 exit-code more")]
    [InlineData("exited 3 \u001b[31m")]
    [InlineData("killed NOSUCH signal")]
    [InlineData("killed RTMIN+31 signal")]
    [InlineData("killed 9 signal")]
    [InlineData("stopped 3 exit-code")]
    public void Anything_else_is_none(string text) => Assert.Null(AppStatus.Parse(text, DateTimeOffset.UnixEpoch));
}
