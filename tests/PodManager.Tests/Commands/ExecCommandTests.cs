using PodManager.Lifecycle;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Commands;

public sealed class ExecCommandTests
{
    [Fact]
    public async Task Words_after_the_UUID_are_the_command_as_they_are()
    {
        ExecOptions options = await OptionsOf("exec", "--env=A=1", "UUID", "ls", "-l", "--user=x", "--", "--help");
        Assert.Equal(["ls", "-l", "--user=x", "--", "--help"], options.Command);
        Assert.Equal(["A=1"], options.Environment);
        Assert.Null(options.User);
        Assert.True(options.IsConfined);
        Assert.True(options.HasInput);
        Assert.False(options.HasTerminal);
    }

    [Fact]
    public async Task Two_dashes_may_stand_before_the_command() =>
        Assert.Equal(["--", "-x"], (await OptionsOf("exec", "UUID", "--", "--", "-x")).Command);

    [Fact]
    public async Task Everything_can_be_said()
    {
        ExecOptions options = await OptionsOf("exec", "-it", "-u", "www:33", "-e", "A=1", "-w", "/srv", "--app=web", "UUID", "sh");
        Assert.True(options.HasTerminal);
        Assert.Equal("www:33", options.User);
        Assert.Equal("/srv", options.WorkingDirectory);
        Assert.Equal("web", options.App?.ToString());
    }

    [Fact]
    public async Task Enter_is_not_confined_and_has_a_shell()
    {
        ExecOptions options = await OptionsOf("enter", "UUID");
        Assert.Equal(["/bin/bash"], options.Command);
        Assert.False(options.IsConfined);
    }

    [Theory]
    [InlineData("must provide the UUID", "exec")]
    [InlineData("must provide the UUID", "enter", "--app=a")]
    [InlineData("must provide a command", "exec", "UUID")]
    [InlineData("must provide a command", "exec", "UUID", "--")]
    [InlineData("--workdir: 'srv'", "exec", "--workdir=srv", "UUID", "ls")]
    [InlineData("--env: 'A' is not NAME=VALUE", "exec", "--env=A", "UUID", "ls")]
    [InlineData("--tty and --interactive=no", "exec", "--tty", "--interactive=no", "UUID", "ls")]
    [InlineData("unknown flag '--user'", "enter", "--user=a", "UUID")]
    public async Task A_fault_is_named(string fault, params string[] args)
    {
        (CommandLineHarness harness, string[] words) = WithPod(args);
        PodctlException e = await Assert.ThrowsAsync<PodctlException>(() => harness.RunAsync(words));
        Assert.Contains(fault, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_that_is_not_there_is_podctls_own_failure()
    {
        PodctlException e = await CommandLineHarness.FailureOf("exec", "abc", "ls");
        Assert.Equal(ExitCode.RunFailed, e.Code);
    }

    private static (CommandLineHarness Harness, string[] Words) WithPod(string[] args)
    {
        CommandLineHarness harness = new();
        PodId pod = harness.Store.Add(PodState.Running);
        return (harness, [.. args.Select(word => word == "UUID" ? pod.ToString() : word)]);
    }

    private static async Task<ExecOptions> OptionsOf(params string[] args)
    {
        (CommandLineHarness harness, string[] words) = WithPod(args);
        Assert.Equal(7, (await harness.RunAsync(words)).Code);
        return harness.Command!;
    }
}
