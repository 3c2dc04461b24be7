using System.Formats.Tar;
using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>`podctl run` in the foreground: what is run, and how it ended.</summary>
public sealed class RunTests : SystemTest
{
    [SystemTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(42)]
    [InlineData(125)]
    [InlineData(200)]
    [InlineData(203)]
    [InlineData(255)]
    public async Task The_app_s_exit_code_is_podctl_s(int code)
    {
        (CliResult result, TestPod pod) = await RunPodAsync(Run.Shell($"exit {code}"));
        _ = result.Expect(code);
        Assert.Equal("", result.Stderr);
        Assert.Equal(code, await pod.WaitForEndAsync(Ct));
    }

    [SystemTheory]
    [InlineData("KILL", Signals.Kill)]
    [InlineData("TERM", Signals.Terminate)]
    [InlineData("SEGV", Signals.Segmentation)]
    [InlineData("HUP", Signals.Hangup)]
    public async Task A_death_by_signal_is_128_and_the_signal(string name, int signal)
    {
        // Not as the first process of the command: a shell that is told to end by a signal would only report it.
        (CliResult result, TestPod pod) = await RunPodAsync(Run.Shell($"kill -{name} $$"));
        _ = result.Expect(128 + signal);
        Assert.Equal(128 + signal, await pod.WaitForEndAsync(Ct));
    }

    [SystemFact]
    public async Task Words_after_the_dashes_follow_the_entry_point_and_replace_the_command()
    {
        Run run = new() { Image = "variants:entrypoint" };
        Assert.Equal("entry default\n", (await RunAsync(run)).Expect(0).Stdout);
        Assert.Equal("entry a b\n", (await RunAsync(run with { Command = ["a", "b"] })).Expect(0).Stdout);
        Assert.Equal("entry\n", (await RunAsync(run with { Command = [] })).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task Exec_replaces_entry_point_and_command()
    {
        Run run = new() { Image = "variants:entrypoint", AppFlags = ["--exec=printf"], Command = ["<%s>", "x"] };
        Assert.Equal("<x>", (await RunAsync(run)).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task An_entry_point_that_is_a_shell_gets_its_script()
    {
        Run run = new() { Image = "variants:shell", Command = ["echo \"$0\" $((6 * 7))", "zero"] };
        Assert.Equal("zero 42\n", (await RunAsync(run)).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task An_image_without_a_command_needs_one()
    {
        Run run = new() { Image = "variants:no-command" };
        _ = (await RunAsync(run)).ExpectFailure(125);
        await ExpectNothingLeftAsync();
        Assert.Equal("x\n", (await RunAsync(run with { Command = ["echo", "x"] })).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task Every_character_of_an_argument_arrives()
    {
        string[] words = ["a b", "", "$HOME ${HOME} $$", "%n %% %u", "\"'\\ \\n \\x41", "grün-λ", "one\ntwo\ttab", ";&|<>*?[]{}~#!", "-- ---", "@:-+!"];
        CliResult result = await RunAsync(new Run(["sh", "-c", "for a; do printf '[%s]' \"$a\"; done", "sh", .. words]));
        Assert.Equal(string.Concat(words.Select(static word => $"[{word}]")), result.Expect(0).Stdout);
    }

    [SystemFact]
    public async Task A_hundred_thousand_bytes_of_arguments_arrive()
    {
        string word = new('x', 100_000);
        CliResult result = await RunAsync("sh", "-c", "printf %s \"$1\" | wc -c", "sh", word);
        Assert.Equal("100000\n", result.Expect(0).Stdout);
    }

    [SystemTheory]
    [InlineData("docker:latest")]
    [InlineData("plain:latest")]
    [InlineData("zstd:latest")]
    [InlineData("multiarch:latest")]
    [InlineData("oci:/images/busybox:latest")]
    [InlineData("oci:/images/busybox")]
    public async Task Every_kind_of_image_runs(string image)
    {
        CliResult result = await RunAsync(new Run("echo", "it runs") { Image = image, Flags = ["--quiet"] });
        Assert.Equal("it runs\n", result.Expect(0).Stdout);
    }

    [SystemFact]
    public async Task An_image_without_shell_users_and_etc_runs()
    {
        Assert.Equal("scratch\n", (await RunAsync(new Run { Image = "scratch:latest" })).Expect(0).Stdout);
        CliResult result = await RunAsync(new Run("sh", "-c", "id -u; pwd; cat /etc/hostname") { Image = "scratch:latest" });
        string[] lines = result.Expect(0).Lines;
        Assert.Equal(["0", "/"], lines[..2]);
        Assert.StartsWith("rkt-", lines[2], StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task Layers_add_replace_and_delete()
    {
        const string script = """
            cd /demo
            for f in deleted deleted-dir opaque/old never-was; do test -e $f && echo "$f is there"; done
            cat kept replaced opaque/new becomes-dir/file becomes-file returns symlink
            stat -c '%n %a %u:%g %h' setuid owned sticky hardlink
            test -p fifo && test -c null && cat grün-λ nn*
            """;
        CliResult result = await RunAsync(new Run("sh", "-c", script) { Image = "layers:latest" });
        Assert.Equal(
            [
                "kept of layer 1", "replaced of layer 2", "new of layer 2", "file of layer 2", "becomes-file of layer 2", "returns of layer 3", "kept of layer 1",
                "setuid 4755 0:0 1", "owned 640 1000:2000 1", "sticky 1777 0:0 2", "hardlink 644 0:0 2",
                "unicode", "long",
            ],
            result.Expect(0).Lines);
    }

    [SystemFact]
    public async Task An_image_for_another_architecture_is_refused()
    {
        CliResult result = await RunAsync(new Run { Image = "variants:other-arch", Flags = ["--quiet"] });
        Assert.Contains("arch", result.ExpectFailure(125).Stderr, StringComparison.Ordinal);
        await ExpectNothingLeftAsync();
    }

    [SystemFact]
    public async Task A_pod_can_write_everywhere_and_no_other_pod_sees_it()
    {
        Assert.Equal("mine\n", (await ShellAsync("test ! -e /x && echo mine >/x && rm /bin/wget && mkdir /usr/new && cat /x")).Expect(0).Stdout);
        Assert.Equal("/bin/wget\n", (await ShellAsync("test ! -e /x && test ! -e /usr/new && ls /bin/wget")).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task An_image_that_nobody_vouches_for_does_not_run_without_being_told()
    {
        CliResult result = await RunAsync(new Run("true") { IsTrusted = false, Flags = ["--insecure-options=http"] });
        Assert.Contains("--insecure-options=image", result.ExpectFailure(125).Stderr, StringComparison.Ordinal);
        await ExpectNothingLeftAsync();
    }

    [SystemFact]
    public async Task Plain_http_is_refused_without_being_told()
    {
        CliResult result = await RunAsync(new Run("true") { IsTrusted = false, Flags = ["--insecure-options=image", "--pull-policy=update", "--quiet"] });
        _ = result.ExpectFailure(125);
        await ExpectNothingLeftAsync();
    }

    [SystemFact]
    public async Task Rm_removes_the_pod_at_its_end()
    {
        (CliResult result, TestPod pod) = await RunPodAsync(Run.Shell("echo x; exit 3") with { Flags = ["--rm"] });
        Assert.Equal("x\n", result.Expect(3).Stdout);
        Assert.False(Directory.Exists(pod.Directory));
        Assert.False(Directory.Exists(pod.Journal));
        _ = (await Podctl.RunAsync(Ct, "status", pod.Uuid)).ExpectFailure(4);
    }

    [SystemFact]
    public async Task The_uuid_is_saved()
    {
        (CliResult result, TestPod pod) = await RunPodAsync(new Run("hostname"));
        Assert.Equal($"rkt-{pod.Uuid}\n", result.Expect(0).Stdout);
        Assert.Equal(36, pod.Uuid.Length);
    }

    [SystemFact]
    public async Task A_program_that_cannot_be_executed_leaves_nothing_that_was_to_be_removed()
    {
        using FakeRegistry registry = new(OciImage.WithLayer(OciImage.Tar(new PaxTarEntry(TarEntryType.RegularFile, "bad") { DataStream = new MemoryStream("#!/no/such\n"u8.ToArray()), Mode = (UnixFileMode)0x1ED })));
        Assert.Contains("cannot run '/bad'", (await RunAsync(new Run("/bad") { Image = registry.Image, Flags = ["--rm", "--quiet"] })).ExpectFailure(127).Stderr, StringComparison.Ordinal);
        await ExpectNothingLeftAsync();
    }

    [SystemFact]
    public async Task The_uuid_is_saved_while_the_pod_runs()
    {
        using RunningPod running = Start(Run.Shell("echo up; exec sleep 60"));
        _ = await running.Process.Output.WaitForAsync("up", Ct);
        TestPod pod = await running.PodAsync(Ct);
        Assert.Equal("running", await pod.StateAsync(Ct));
        running.Process.Signal(Signals.Terminate);
        _ = (await running.FinishAsync(Ct)).Expect(128 + Signals.Terminate);
    }
}
