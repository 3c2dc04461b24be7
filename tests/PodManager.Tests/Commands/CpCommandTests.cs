using PodManager.Lifecycle;
using Xunit;

namespace PodManager.Tests.Commands;

public sealed class CpCommandTests
{
    private static readonly string Uuid = CommandLineHarness.RunPod.ToString();

    [Theory]
    [InlineData("UUID:/etc/passwd", "here", false, "/etc/passwd", "here")]
    [InlineData("UUID:etc/", "-", false, "etc/", "-")]
    [InlineData("./a:b", "UUID:/tmp", true, "/tmp", "./a:b")]
    [InlineData("-", "UUID:/tmp/.", true, "/tmp/.", "-")]
    [InlineData("dir/a:b", "UUID:c:d", true, "c:d", "dir/a:b")]
    public async Task One_word_is_in_the_pod(string source, string target, bool isIntoPod, string podPath, string hostPath)
    {
        CopyOptions options = await OptionsOf(source, target);
        Assert.Equal((isIntoPod, podPath, hostPath, false, false), (options.IsIntoPod, options.PodPath, options.HostPath, options.KeepsOwners, options.Overwrites));
    }

    [Fact]
    public async Task Flags_are_told()
    {
        CopyOptions options = await OptionsOf("-a", "--overwrite", "--app=web", "UUID:/a", "b");
        Assert.Equal((true, true, "web"), (options.KeepsOwners, options.Overwrites, options.App?.ToString()));
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("-", "-")]
    [InlineData("A:/a", "B:/b")]
    [InlineData("A:", "b")]
    [InlineData("A:/a", "")]
    [InlineData("A:/a")]
    [InlineData]
    [InlineData("A:/a", "b", "c")]
    [InlineData("--app=NO/NAME", "A:/a", "b")]
    public async Task What_cannot_be_meant_is_refused(params string[] words) =>
        Assert.Equal(ExitCode.Usage, (await CommandLineHarness.FailureOf(["cp", .. words])).Code);

    [Fact]
    public async Task Export_takes_a_pod_and_a_file()
    {
        CommandLineHarness harness = WithPod();
        _ = await harness.RunAsync("export", "--overwrite", "--app=web", Uuid, "out.tar");
        Assert.Equal(("out.tar", true, "web"), (harness.Export!.File, harness.Export.Overwrites, harness.Export.App?.ToString()));
        _ = await harness.RunAsync("export", Uuid, "-");
        Assert.Null(harness.Export.File);
    }

    [Theory]
    [InlineData]
    [InlineData("A")]
    [InlineData("A", "")]
    [InlineData("A", "b", "c")]
    public async Task Export_without_a_pod_or_a_file_is_refused(params string[] words) =>
        Assert.Equal(ExitCode.Usage, (await CommandLineHarness.FailureOf(["export", .. words])).Code);

    [Theory]
    [InlineData("cp", "A:/a", "b")]
    [InlineData("export", "A", "b")]
    public async Task Both_need_root(params string[] words) =>
        Assert.Equal(ExitCode.NotPermitted, (await Assert.ThrowsAsync<PodctlException>(() => new CommandLineHarness().RunAsync(isRoot: false, words))).Code);

    private static async Task<CopyOptions> OptionsOf(params string[] words)
    {
        CommandLineHarness harness = WithPod();
        _ = await harness.RunAsync(["cp", .. words.Select(static word => word.Replace("UUID", Uuid, StringComparison.Ordinal))]);
        return harness.Copy!;
    }

    private static CommandLineHarness WithPod()
    {
        CommandLineHarness harness = new();
        harness.Store.Add(CommandLineHarness.RunPod);
        return harness;
    }
}
