using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Pods;

public sealed class AppStatusTests
{
    [Theory]
    [InlineData("exited 0 success\n", 0)]
    [InlineData("exited 3 exit-code\n", 3)]
    [InlineData("exited 255 exit-code\n", 255)]
    [InlineData("killed KILL signal\n", 137)]
    [InlineData("killed TERM success\n", 143)]
    [InlineData("dumped SEGV core-dump\n", 139)]
    [InlineData("killed RTMIN+3 signal\n", 165)]
    public void A_status_has_a_code(string text, int code) => Assert.Equal(code, AppStatus.Parse(text, DateTimeOffset.UnixEpoch)?.Code);

    [Fact]
    public void A_status_may_have_the_time_of_the_start()
    {
        AppStatus? status = AppStatus.Parse("exited 3 exit-code 2026-03-17T20:59:05.123456Z      \n", DateTimeOffset.UnixEpoch);
        Assert.Equal((3, "exit-code", new DateTimeOffset(2026, 3, 17, 20, 59, 5, 123, 456, TimeSpan.Zero)), (status?.Code, status?.Result, status?.Started));
        Assert.Null(AppStatus.Parse("exited 3 exit-code\n", DateTimeOffset.UnixEpoch)!.Started);
    }

    [Fact]
    public void A_status_may_be_that_of_a_run_before_another()
    {
        string line = "exited 3 exit-code 2026-03-17T20:59:05.123456Z".PadRight(AppStatus.PaddedLength) + "\n";
        string? again = AppStatus.Again(line);
        Assert.Equal(line.Length, again?.Length);
        AppStatus? status = AppStatus.Parse(again!, DateTimeOffset.UnixEpoch);
        Assert.Equal(AppStatus.Parse(line, DateTimeOffset.UnixEpoch)! with { IsAgain = true }, status);
        Assert.Null(AppStatus.Again(again!));
        Assert.Null(AppStatus.Again("exited 3 exit-code\n"));
        Assert.Null(AppStatus.Again(""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("exited 3 exit-code")]
    [InlineData("\n")]
    [InlineData("exited\n")]
    [InlineData("exited 3\n")]
    [InlineData("exited 3 \n")]
    [InlineData("exited  exit-code\n")]
    [InlineData("exited 256 exit-code\n")]
    [InlineData("exited -1 exit-code\n")]
    [InlineData("exited +1 exit-code\n")]
    [InlineData("exited 99999999999999999999 exit-code\n")]
    [InlineData("exited 3 exit-code\n\n")]
    [InlineData("exited 3 exit-code more\n")]
    [InlineData("exited 3 exit-code 2026-03-17T20:59:05Z\n")]
    [InlineData("exited 3 exit-code 2026-13-17T20:59:05.123456Z\n")]
    [InlineData("exited 3 exit-code 2026-03-17T20:59:05.123456Z more\n")]
    [InlineData("exited 3 exit-code again\n")]
    [InlineData("exited 3 exit-code 2026-03-17T20:59:05.123456Z again more\n")]
    [InlineData("exited 3 \u001b[31m\n")]
    [InlineData("killed NOSUCH signal\n")]
    [InlineData("killed RTMIN+31 signal\n")]
    [InlineData("killed 9 signal\n")]
    [InlineData("stopped 3 exit-code\n")]
    public void Anything_else_is_none(string text) => Assert.Null(AppStatus.Parse(text, DateTimeOffset.UnixEpoch));
}
