using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>Hosts that lack something, commands that cannot run, disks that are full.</summary>
public sealed class BadLuckTests : SystemTest
{
    [SystemTheory]
    [InlineData("no-such-program", 127)]
    [InlineData("/no/such/program", 127)]
    [InlineData("./no-such-program", 127)]
    [InlineData("/etc/passwd", 126)] // not executable
    [InlineData("/etc", 126)] // a directory
    public async Task A_command_that_cannot_run_is_told_before_anything_is_made(string command, int code)
    {
        CliResult result = (await RunAsync(command)).ExpectFailure(code);
        Assert.Contains($"'{command}'", result.Stderr, StringComparison.Ordinal);
        await ExpectNothingLeftAsync();
    }

    [SystemFact]
    public async Task A_command_that_only_the_kernel_can_refuse_is_126()
    {
        // Executable by its mode, but empty.
        _ = (await RunAsync(new Run("/demo/setuid") { Image = "layers:latest" })).ExpectFailure(126);
    }

    [SystemFact]
    public async Task A_script_whose_interpreter_is_missing_is_127()
    {
        string layer = "#!/no/such/interpreter\n";
        using FakeRegistry registry = new(OciImage.WithLayer(OciImage.Tar(Executable("script", layer))));
        CliResult result = await InOwnStoreAsync(store => RunAsync(new Run("/script") { Image = registry.Image, Flags = [store, "--quiet"] }));
        _ = result.ExpectFailure(127);
    }

    [SystemFact]
    public async Task A_low_limit_of_open_files_is_told_before_anything_is_made()
    {
        CliResult refused = await LimitedAsync("-n 32");
        Assert.Contains("32 open files", refused.ExpectFailure(6).Stderr, StringComparison.Ordinal);
        await ExpectNothingLeftAsync();
        _ = (await LimitedAsync("-Sn 32")).Expect(0);
        _ = (await LimitedAsync("-n 64")).Expect(0);

        // Each with a UUID file of its own: by those the pods are removed.
        Task<CliResult> LimitedAsync(string limit) =>
            Cli.RunAsync(Ct, "sh", "-c", $"ulimit {limit}; exec podctl {string.Join(' ', Run.Shell("true").Words(NewUuidFile()).Select(static word => $"'{word}'"))}");
    }

    [SystemTheory]
    [InlineData("/", 2)]
    [InlineData("/nonexistent/uuid", 2)]
    [InlineData("/proc/uuid", 125)]
    [InlineData("/tmp", 125)]
    public async Task A_UUID_that_cannot_be_written_is_told_before_anything_is_made(string file, int code)
    {
        CliResult refused = await RunAsync(new Run("true") { Flags = [$"--uuid-file-save={file}"] });
        Assert.Contains($"'{file}'", refused.ExpectFailure(code).Stderr, StringComparison.Ordinal);
        await ExpectNothingLeftAsync();
    }

    [SystemFact]
    public async Task Without_systemd_it_is_told()
    {
        // A mount namespace in which nothing of systemd is to be found.
        foreach ((string flags, int code) in new[] { ("", 125), ("--detach", 6) })
        {
            string words = string.Join(' ', new Run("true").Words(NewUuidFile()));
            CliResult result = await Cli.RunAsync(Ct, "unshare", "--mount", "sh", "-c", $"mount -t tmpfs none /run && exec podctl {words.Replace("run ", $"run {flags} ", StringComparison.Ordinal)}");
            Assert.Contains("systemd", result.ExpectFailure(code).Stderr, StringComparison.Ordinal);
            await ExpectNothingLeftAsync();
        }
    }

    [SystemFact]
    public async Task Without_machined_it_works_and_says_what_is_lost()
    {
        _ = (await Cli.RunAsync(Ct, "systemctl", "mask", "--runtime", "--now", "systemd-machined.service")).Expect(0);
        try
        {
            (CliResult result, TestPod pod) = await RunPodAsync(Run.Shell("echo works; exit 4"));
            Assert.Equal("works\n", result.Expect(4).Stdout);
            string line = Assert.Single(result.Stderr.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.StartsWith("podctl: ", line, StringComparison.Ordinal);
            Assert.Contains("machinectl", line, StringComparison.Ordinal);
            Assert.Equal("works\n", await pod.LogsAsync(Ct));
            TestPod detached = await DetachAsync("sleep", "60");
            _ = (await Podctl.RunAsync(Ct, "stop", detached.Uuid)).Expect(0);
        }
        finally
        {
            _ = (await Cli.RunAsync(CancellationToken.None, "systemctl", "unmask", "--runtime", "systemd-machined.service")).Expect(0);
        }
    }

    [SystemFact]
    public async Task Machined_that_is_restarted_still_knows_the_pods()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        _ = (await Cli.RunAsync(Ct, "systemctl", "restart", "systemd-machined.service")).Expect(0);
        Assert.Contains(pod.Machine, (await Cli.RunAsync(Ct, "machinectl", "list", "--no-pager")).Expect(0).Stdout, StringComparison.Ordinal);
        _ = (await Cli.RunAsync(Ct, "machinectl", "poweroff", pod.Machine)).Expect(0);
        Assert.Equal(128 + Signals.Terminate, await pod.WaitForEndAsync(Ct));
    }

    [SystemFact]
    public async Task A_systemd_that_executes_itself_anew_keeps_the_pods()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        using RunningPod running = Start(Run.Shell("echo up; read x; exit 5") with { Options = new CliOptions { KeepInputOpen = true } });
        _ = await running.Process.Output.WaitForAsync("up", Ct);
        _ = (await Cli.RunAsync(Ct, "systemctl", "daemon-reexec")).Expect(0);
        Assert.Equal("running", await pod.StateAsync(Ct));
        running.Process.CloseInput();
        _ = (await running.FinishAsync(Ct)).Expect(5);
        _ = (await Cli.RunAsync(Ct, "systemctl", "stop", pod.Scope)).Expect(0);
        Assert.Equal(128 + Signals.Terminate, await pod.WaitForEndAsync(Ct));
    }

    [SystemFact]
    public async Task A_disk_that_is_full_is_told_and_keeps_nothing()
    {
        string disk = $"{Scratch}/disk";
        _ = Directory.CreateDirectory(disk);
        _ = (await Cli.RunAsync(Ct, "mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk)).Expect(0);
        try
        {
            CliResult result = (await RunAsync(new Run("true") { Flags = [$"--dir={disk}/store", "--quiet"] })).ExpectFailure(125);
            Assert.Contains("No space left on device", result.Stderr, StringComparison.Ordinal);
            _ = (await Podctl.RunAsync(Ct, $"--dir={disk}/store", "gc", "--grace-period=0")).Expect(0);
            Assert.Equal("[]\n", (await Podctl.RunAsync(Ct, $"--dir={disk}/store", "list", "--format=json")).Expect(0).Stdout);
            Assert.DoesNotContain(Directory.EnumerateFiles($"{disk}/store", "*", SearchOption.AllDirectories), static file => new FileInfo(file).Length > 64 * 1024);
        }
        finally
        {
            _ = (await Cli.RunAsync(CancellationToken.None, "umount", disk)).Expect(0);
        }
    }

    [SystemFact]
    public async Task A_disk_that_fills_up_while_the_pod_runs_is_the_app_s_problem()
    {
        string disk = $"{Scratch}/disk";
        _ = Directory.CreateDirectory(disk);
        _ = (await Cli.RunAsync(Ct, "mount", "-t", "tmpfs", "-o", "size=24M", "tmpfs", disk)).Expect(0);
        try
        {
            Run run = Run.Shell("head -c 100000000 /dev/zero >/big; echo $?; rm /big; echo on") with { Flags = [$"--dir={disk}/store", "--quiet", "--rm"] };
            Assert.Equal("1\non\n", (await RunAsync(run)).Expect(0).Stdout);
        }
        finally
        {
            _ = (await Cli.RunAsync(CancellationToken.None, "umount", disk)).Expect(0);
        }
    }

    [SystemFact]
    public async Task A_store_whose_directory_cannot_be_made_is_told()
    {
        _ = (await RunAsync(new Run("true") { Flags = ["--dir=/proc/nowhere", "--quiet"] })).ExpectFailure(125);
        _ = (await RunAsync(new Run("true") { Flags = ["--dir=/etc/hostname", "--quiet"] })).ExpectFailure(2);
    }

    [SystemFact]
    public async Task A_damaged_pod_is_listed_and_can_be_removed()
    {
        (_, TestPod pod) = await RunPodAsync(new Run("true"));
        _ = (await Podctl.RunAsync(Ct, "status", "--wait", pod.Uuid)).Expect(0); // podctl returns before the last process has gone
        foreach (string content in new[] { "", "{", "{\"version\":99}", "null" })
        {
            await File.WriteAllTextAsync($"{pod.Directory}/pod.json", content, Ct);
            CliResult list = (await Podctl.RunAsync(Ct, "list")).Expect(0);
            Assert.Contains(pod.Uuid[..8], list.Stdout, StringComparison.Ordinal);
            Assert.Contains(pod.Uuid, list.Stderr, StringComparison.Ordinal);
            _ = (await Podctl.RunAsync(Ct, "status", pod.Uuid)).Expect(0);
        }

        _ = (await Podctl.RunAsync(Ct, "rm", pod.Uuid)).Expect(0);
        await ExpectNothingLeftAsync();
    }

    [SystemFact]
    public async Task A_pod_that_writes_its_own_status_deceives_nobody()
    {
        // The app's root cannot reach the exchange directory, whatever it tries.
        TestPod pod = await DetachAsync("sh", "-c", "mkdir -p /run/podctl/status; echo 'exited 0 success' >/run/podctl/status/busybox; echo written; sleep 60");
        await pod.WaitForLogAsync("written", Ct);
        Assert.Equal("running", await pod.StateAsync(Ct));
        _ = (await Podctl.RunAsync(Ct, "rm", pod.Uuid)).ExpectFailure(3);
    }

    internal static System.Formats.Tar.TarEntry Executable(string name, string text)
    {
        System.Formats.Tar.TarEntry entry = OciImage.Text(name, text);
        entry.Mode = (UnixFileMode)0x1ed;
        return entry;
    }

    private static async Task<CliResult> InOwnStoreAsync(Func<string, Task<CliResult>> act)
    {
        using OwnStore store = new();
        return await act(store.Flag);
    }

    [SystemFact]
    public async Task A_start_that_stage1_gives_up_says_why_every_time()
    {
        for (int i = 0; i < 5; i++)
        {
            CliResult result = (await RunAsync(new Run("true") with { AppFlags = ["--working-dir=/etc/passwd"] })).ExpectFailure(125);
            Assert.Contains("Not a directory", result.Stderr, StringComparison.Ordinal);
        }

        await ExpectNothingLeftAsync();
    }

    [SystemTheory]
    [InlineData("--user=65535", "stands for none")]
    [InlineData("--name=systemd-journald", "is no app name")]
    public async Task What_systemd_would_not_take_is_refused(string flag, string message) =>
        Assert.Contains(message, (await RunAsync(new Run("true") with { AppFlags = [flag] })).Stderr, StringComparison.Ordinal);

    [SystemFact]
    public async Task A_command_line_of_almost_a_megabyte_works_and_more_is_refused()
    {
        string[] words = [.. Enumerable.Range(0, 9).Select(static _ => new string('a', 100_000))];
        _ = (await RunAsync(new Run(["true", .. words]))).Expect(0);
        Assert.Contains("bytes of arguments", (await RunAsync(new Run(["true", .. words, .. words]))).ExpectFailure(125).Stderr, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task A_pod_whose_disk_is_full_has_its_status()
    {
        string data = Directory.CreateDirectory(Path.Combine(Scratch, "data")).FullName;
        _ = (await Cli.RunAsync(Ct, "mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", data)).Expect(0);
        try
        {
            string run = $"podctl --dir={data} run {Podctl.Trust} --quiet --net=none {Podctl.Registry}busybox:latest --";
            _ = (await Cli.ShellAsync(Ct, $"{run} true")).Expect(0);
            Assert.Equal(9, (await Cli.ShellAsync(Ct, $"{run} sh -c 'cat /dev/zero >/x 2>/dev/null; exit 9'")).ExitCode);
        }
        finally
        {
            _ = await Cli.ShellAsync(CancellationToken.None, $"podctl --dir={data} rm --force $(podctl --dir={data} list --format=json | jq -r '.[].name'); umount {data}");
        }
    }
}
