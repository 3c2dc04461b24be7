using PodManager.Lifecycle;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Commands;

public sealed class HealthFlagsTests
{
    [Theory]
    [InlineData("curl -f http://localhost/ || exit 1", "/bin/sh", "-c", "curl -f http://localhost/ || exit 1")]
    [InlineData("""["curl", "-f", "a b"]""", "curl", "-f", "a b")]
    [InlineData("[ -e /there ]", "/bin/sh", "-c", "[ -e /there ]")]
    [InlineData("[1]", "/bin/sh", "-c", "[1]")]
    [InlineData("none")]
    public async Task A_command_is_for_the_shell_or_a_list_of_words(string text, params string[] command) => Assert.Equal(command, (await ReadAsync($"--health-cmd={text}")).Command);

    [Fact]
    public async Task All_else_is_said_by_flags_as_podman_has_them()
    {
        HealthOptions health = await ReadAsync(
            "--health-interval=1m", "--health-timeout=2s", "--health-retries=4", "--health-start-period=0", "--health-start-interval=100ms", "--health-on-failure=stop");
        Assert.Equal(
            new HealthOptions { Interval = TimeSpan.FromMinutes(1), Timeout = TimeSpan.FromSeconds(2), Retries = 4, StartPeriod = TimeSpan.Zero, StartInterval = TimeSpan.FromMilliseconds(100), OnFailure = HealthAction.Stop }, health);
        Assert.Equal(new HealthOptions(), await ReadAsync());
    }

    [Theory]
    [InlineData("--health-cmd: it names no program", "--health-cmd=[]")]
    [InlineData("--health-cmd: it names no program", "--health-cmd=[\"\"]")]
    [InlineData("--health-interval: '0' is less than 1ms", "--health-interval=0")]
    [InlineData("--health-interval: 'soon' is no duration", "--health-interval=soon")]
    [InlineData("--health-timeout: '10ms' is less than 1s", "--health-timeout=10ms")]
    [InlineData("--health-retries: '0' is no number above 0", "--health-retries=0")]
    [InlineData("--health-retries: 'x' is no number above 0", "--health-retries=x")]
    [InlineData("--health-on-failure: 'reboot' is no action", "--health-on-failure=reboot")]
    [InlineData("--health-cmd=none leaves nothing", "--health-cmd=none", "--health-retries=2")]
    [InlineData("--health-on-failure=restart takes --detach", "--health-cmd=x", "--health-on-failure=restart")]
    [InlineData("flag '--health-cmd' must follow an image", "--health-cmd=x", "--before")]
    public async Task Faults_are_told(string fault, params string[] flags)
    {
        PodctlException e = await CommandLineHarness.FailureOf(flags is [string flag, "--before"] ? ["run", flag, "busybox"] : ["run", "busybox", .. flags]);
        Assert.Equal(ExitCode.Usage, e.Code);
        Assert.Contains(fault, e.Message, StringComparison.Ordinal);
    }

    private static async Task<HealthOptions> ReadAsync(params string[] flags)
    {
        CommandLineHarness harness = new();
        _ = await harness.RunAsync(["run", "--detach", "busybox", .. flags]);
        return harness.Run!.Pod.Apps[0].Health;
    }
}
