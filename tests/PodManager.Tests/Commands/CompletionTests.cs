using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Commands;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("run|run-prepared", "run")]
    [InlineData("stats|status", "stat")]
    [InlineData("cat-manifest", "image", "c")]
    [InlineData("", "nosuch", "x")]
    [InlineData("", "--nosuch", "list", "x")]
    [InlineData("--hostname=|--hosts-entry=", "run", "--host")]
    [InlineData("--memory=", "run", "busybox", "--mem")]
    [InlineData("--detach|--dir=|--dns-domain=|--dns-opt=|--dns-search=|--dns=|--debug", "run", "--d")]
    [InlineData("--pull-policy=never|--pull-policy=new|--pull-policy=update", "run", "--pull-policy=")]
    [InlineData("never|new", "run", "--pull-policy", "n")]
    [InlineData("json|json-pretty", "list", "--format", "")]
    [InlineData("", "run", "--hostname", "")]
    [InlineData("--|---", "run", "busybox", "")]
    [InlineData("", "run", "busybox", "--", "")]
    [InlineData("", "run", "busybox", "--", "ls", "--he")]
    [InlineData("--name=", "run", "busybox", "--", "ls", "---", "nginx", "--na")]
    [InlineData("--help", "stop", "--he")]
    [InlineData("", "stop", "--nosuch=x")]
    public async Task What_may_stand_there_is_listed(string expected, params string[] words)
    {
        (int code, string output) = await new CommandLineHarness().RunAsync(isRoot: false, ["complete", "--", .. words]);
        Assert.Equal(0, code);
        Assert.Equal(expected.Split('|', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("bash", "podctl.bash")]
    [InlineData("zsh", "_podctl")]
    [InlineData("fish", "podctl.fish")]
    public async Task The_script_of_a_shell_is_the_one_that_is_installed(string shell, string file)
    {
        (int code, string output) = await new CommandLineHarness().RunAsync(isRoot: false, ["completion", shell]);
        Assert.Equal(0, code);
        Golden.Verify($"../../packaging/completions/{file}", output);
    }

    [Theory]
    [InlineData("must provide a shell")]
    [InlineData("'tcsh' is no shell that there is a script for: use bash, zsh or fish", "tcsh")]
    [InlineData("'bash zsh' is no shell", "bash", "zsh")]
    public async Task There_are_scripts_for_three_shells(string fault, params string[] words) =>
        Assert.Contains(fault, (await CommandLineHarness.FailureOf(["completion", .. words])).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Pods_are_known_by_name_and_by_id()
    {
        CommandLineHarness harness = new();
        PodId pod = harness.Store.Add(PodState.Running, static pod => pod with { Record = pod.Record! with { Name = Records.PodName("shop") } });
        Assert.Equal((0, string.Join('\n', new[] { "shop", $"{pod}" }.Order(StringComparer.Ordinal)) + "\n"), await harness.RunAsync("complete", "--", "stop", ""));
        Assert.Equal((0, "shop\n"), await harness.RunAsync("complete", "--", "status", "sh"));
        Assert.Equal((0, ""), await harness.RunAsync("complete", "--", "stop", "shop", "sh"));
        Assert.Equal((0, ""), await harness.RunAsync("complete", "--", "status", "shop", ""));
        Assert.Equal((0, "--app=web\n"), await harness.RunAsync("complete", "--", "logs", "shop", "--app="));
        Assert.Equal((0, "shop:\n"), await harness.RunAsync("complete", "--", "cp", "sh"));
        Assert.Equal((0, "shop:\n"), await harness.RunAsync("complete", "--", "cp", "file", "sh"));
        Assert.Equal((0, ""), await harness.RunAsync("complete", "--", "cp", "shop:/etc", "sh"));
        Assert.Equal((0, "shop\n"), await harness.RunAsync("complete", "--", "export", "sh"));
        Assert.Equal((0, "--app=web\n"), await harness.RunAsync("complete", "--", "cp", "shop:/etc", "--app="));
        Assert.Equal((0, "web\n"), await harness.RunAsync("complete", "--", "exec", "shop", "--app", ""));
    }

    [Fact]
    public async Task Nothing_is_nothing() => Assert.Equal((0, ""), await new CommandLineHarness().RunAsync("complete"));
}
