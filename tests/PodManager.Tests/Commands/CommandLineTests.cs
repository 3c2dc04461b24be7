using PodManager.Commands;
using Xunit;

namespace PodManager.Tests.Commands;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("podctl")]
    [InlineData("run", "run")]
    [InlineData("prepare", "prepare")]
    [InlineData("run-prepared", "run-prepared")]
    [InlineData("kill", "kill")]
    [InlineData("pause", "pause")]
    [InlineData("resume", "resume")]
    [InlineData("list", "list")]
    [InlineData("status", "status")]
    [InlineData("inspect", "inspect")]
    [InlineData("cat-manifest", "cat-manifest")]
    [InlineData("top", "top")]
    [InlineData("stats", "stats")]
    [InlineData("complete", "complete")]
    [InlineData("logs", "logs")]
    [InlineData("exec", "exec")]
    [InlineData("cp", "cp")]
    [InlineData("export", "export")]
    [InlineData("enter", "enter")]
    [InlineData("stop", "stop")]
    [InlineData("rm", "rm")]
    [InlineData("gc", "gc")]
    [InlineData("fetch", "fetch")]
    [InlineData("login", "login")]
    [InlineData("logout", "logout")]
    [InlineData("image", "image")]
    [InlineData("image-list", "image", "list")]
    [InlineData("image-rm", "image", "rm")]
    [InlineData("image-gc", "image", "gc")]
    [InlineData("image-inspect", "image", "inspect")]
    [InlineData("image-cat-manifest", "image", "cat-manifest")]
    [InlineData("image-verify", "image", "verify")]
    [InlineData("image-fsck", "image", "fsck")]
    [InlineData("image-export", "image", "export")]
    [InlineData("image-extract", "image", "extract")]
    [InlineData("image-render", "image", "render")]
    [InlineData("trust", "trust")]
    [InlineData("trust-add", "trust", "add")]
    [InlineData("trust-list", "trust", "list")]
    [InlineData("trust-rm", "trust", "rm")]
    [InlineData("update", "update")]
    [InlineData("app", "app")]
    [InlineData("app-sandbox", "app", "sandbox")]
    [InlineData("app-add", "app", "add")]
    [InlineData("app-start", "app", "start")]
    [InlineData("app-list", "app", "list")]
    [InlineData("app-status", "app", "status")]
    public async Task Help_is_as_it_was(string name, params string[] words)
    {
        (int code, string help) = await new CommandLineHarness().RunAsync(["help", .. words]);
        Assert.Equal(0, code);
        Golden.Verify($"help/{name}.txt", help);
        Assert.All(help.Split('\n'), static line => Assert.InRange(line.Length, 0, 100));
        Assert.Equal((0, help), await new CommandLineHarness().RunAsync([.. words, "--help"]));
        Assert.Equal((0, help), await new CommandLineHarness().RunAsync(isRoot: false, [.. words, "--nosuch", "-h"]));
    }

    [Theory]
    [InlineData("missing command")]
    [InlineData("missing command", "--debug")]
    [InlineData("missing command", "image")]
    [InlineData("unknown command 'nosuch'", "nosuch", "--force", "x")]
    [InlineData("unknown command 'nosuch'", "image", "nosuch")]
    [InlineData("unknown command 'nosuch'", "help", "nosuch")]
    [InlineData("ambiguous command 'lo': logs, login, logout", "lo", "x")]
    [InlineData("ambiguous command 'r'", "image", "r")]
    [InlineData("--signal: 'TERMINATE' is no signal", "kill", "--signal=TERMINATE", "a")]
    [InlineData("--signal: '65' is no signal", "kill", "-s", "65", "a")]
    [InlineData("must provide the UUID or the name", "pause")]
    [InlineData("must provide the UUID or the name", "inspect")]
    [InlineData("--interval: '1ms' is less than 100ms", "stats", "--interval=1ms")]
    [InlineData("--no-stream and --interval exclude each other", "stats", "--interval=1s", "--no-stream")]
    [InlineData("must provide the UUID or the name", "run-prepared")]
    [InlineData("unexpected argument 'x'", "list", "x")]
    [InlineData("unexpected argument 'x'", "list", "--", "x")]
    [InlineData("unexpected argument 'true'", "list", "--full", "true")]
    [InlineData("--format: 'yaml'", "list", "--format=yaml")]
    [InlineData("--full: 'maybe'", "list", "--full=maybe")]
    [InlineData("must provide the UUID or the name", "status")]
    [InlineData("'b' would be a second", "status", "a", "b")]
    [InlineData("--wait: 'soon'", "status", "--wait=soon", "a")]
    [InlineData("--wait: '-1s'", "status", "--wait=-1s", "a")]
    [InlineData("--uuid-file and a UUID exclude", "stop", "--uuid-file=x", "a")]
    [InlineData("--lines: '-1'", "logs", "-n", "-1", "a")]
    [InlineData("--app and --all exclude", "logs", "--app=a", "--all", "a")]
    [InlineData("--grace-period: '30'", "gc", "--grace-period=30")]
    [InlineData("must provide an image", "fetch")]
    [InlineData("app arguments are not for this command", "fetch", "busybox", "--", "ls")]
    [InlineData("invalid image reference 'A'", "image", "rm", "A")]
    [InlineData("--fields: 'latest' is no field", "image", "list", "--fields=id,latest")]
    [InlineData("--sort: 'id'", "image", "list", "--sort=id")]
    [InlineData("--order: 'up'", "image", "list", "--order=up")]
    [InlineData("'b' would be a second", "image", "cat-manifest", "a", "b")]
    [InlineData("must provide an output file", "image", "export", "a")]
    [InlineData("unexpected argument 'c'", "image", "export", "a", "b", "c")]
    [InlineData("--format: 'aci'", "image", "export", "--format=aci", "a", "b")]
    [InlineData("must provide an output directory", "image", "extract", "a")]
    [InlineData("must provide an image", "image", "render")]
    [InlineData("must provide a registry", "login")]
    [InlineData("'b' would be a second", "login", "a", "b")]
    [InlineData("'https://a' is no registry", "login", "https://a")]
    [InlineData("'a/B' is no registry", "logout", "a/B")]
    [InlineData("--password-stdin needs --username", "login", "--password-stdin", "a")]
    [InlineData("--username: ", "login", "--username=a:b", "a")]
    [InlineData("--all and a registry exclude", "logout", "--all", "a")]
    [InlineData("--authfile: '/nonexistent' does not exist", "fetch", "--authfile=/nonexistent", "a")]
    [InlineData("--authfile: '/nonexistent' does not exist", "run", "--authfile=/nonexistent", "a")]
    [InlineData("--authfile: '/nonexistent' does not exist", "logout", "--authfile=/nonexistent", "a")]
    public async Task A_faulty_line_is_refused(string fault, params string[] args)
    {
        PodctlException e = await CommandLineHarness.FailureOf(args);
        Assert.Equal(ExitCode.Usage, e.Code);
        Assert.Contains(fault, e.Message, StringComparison.Ordinal);
        Assert.NotNull(e.Hint);
    }

    [Theory]
    [InlineData("stop", "a")]
    [InlineData("rm", "a")]
    [InlineData("gc")]
    [InlineData("fetch", "a")]
    [InlineData("image", "rm", "a")]
    [InlineData("image", "gc")]
    [InlineData("image", "fsck")]
    [InlineData("image", "export", "a", "b")]
    [InlineData("image", "extract", "a", "b")]
    public async Task Verbs_that_change_things_need_root(params string[] args)
    {
        PodctlException e = await Assert.ThrowsAsync<PodctlException>(() => new CommandLineHarness().RunAsync(isRoot: false, args));
        Assert.Equal(ExitCode.NotPermitted, e.Code);
    }

    [Fact]
    public async Task The_data_directory_is_absolute()
    {
        CommandLineHarness harness = new();
        _ = await harness.RunAsync("run", "busybox", "--dir=x/../y");
        Assert.Equal(Path.Combine(Directory.GetCurrentDirectory(), "y"), harness.Settings!.Directory);
    }

    [Theory]
    [InlineData("--dir=/x", "network", "list")]
    [InlineData("network", "--dir", "/x", "list")]
    [InlineData("network", "list", "--dir=/x")]
    public async Task Global_flags_stand_anywhere(params string[] args)
    {
        CommandLineHarness harness = new();
        Assert.Equal(0, (await harness.RunAsync(args)).Code);
        Assert.Equal("/x", harness.Settings!.Directory);
    }

    [Fact]
    public async Task Version_says_which() =>
        Assert.StartsWith($"podctl Version: {VersionCommand.Number}\n", (await new CommandLineHarness().RunAsync("version")).Out, StringComparison.Ordinal);
}
