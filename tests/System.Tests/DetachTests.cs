using System.Tests.Harness;
using System.Text.Json;
using Xunit;

namespace System.Tests;

/// <summary>`podctl run --detach`.</summary>
public sealed class DetachTests : SystemTest
{
    [SystemFact]
    public async Task It_prints_the_uuid_and_returns_while_the_app_runs()
    {
        string uuidFile = NewUuidFile();
        CliResult result = await Podctl.RunAsync(Ct, (Run.Shell("echo up; exec sleep 60") with { Flags = ["--detach"] }).Words(uuidFile));
        string uuid = await File.ReadAllTextAsync(uuidFile, Ct);
        Assert.Equal(uuid + "\n", result.Expect(0).Stdout);
        Assert.Equal("", result.Stderr);
        TestPod pod = new(uuid);
        JsonElement status = await pod.StatusAsync(Ct);
        Assert.Equal("running", status.GetProperty("state").GetString());
        Assert.Equal("running", status.GetProperty("apps")[0].GetProperty("state").GetString());
        await pod.WaitForLogAsync("up", Ct);
    }

    [SystemFact]
    public async Task The_app_has_been_started_when_it_returns()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        string[] processes = await File.ReadAllLinesAsync($"{pod.Cgroup}/system.slice/busybox.service/cgroup.procs", Ct);
        Assert.Equal("sleep\0" + "60\0", await File.ReadAllTextAsync($"/proc/{Assert.Single(processes)}/cmdline", Ct));
    }

    [SystemFact]
    public async Task Nothing_of_podctl_s_stays()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        string[] commands = [.. Directory.EnumerateFiles(pod.Cgroup, "cgroup.procs", SearchOption.AllDirectories).SelectMany(File.ReadLines)
            .Select(static pid => File.ReadAllText($"/proc/{pid}/comm").TrimEnd()).Order(StringComparer.Ordinal)];
        Assert.Equal(["sleep", "systemd", "systemd-journal"], commands);
        Assert.Empty((await Cli.RunAsync(Ct, "pgrep", "-x", "podctl|stage1")).Lines);
    }

    [SystemFact]
    public async Task The_exit_code_is_kept_with_nobody_waiting()
    {
        TestPod pod = await DetachAsync("sh", "-c", "echo out; echo err >&2; exit 7");
        Assert.Equal(7, await pod.WaitForEndAsync(Ct));
        Assert.Equal("exited", await pod.StateAsync(Ct));
        Assert.Equal("out\nerr\n", await pod.LogsAsync(Ct));
    }

    [SystemFact]
    public async Task The_app_has_no_input()
    {
        TestPod pod = await DetachAsync("sh", "-c", "wc -c; readlink /proc/self/fd/0");
        Assert.Equal(0, await pod.WaitForEndAsync(Ct));
        Assert.Equal("0\n/dev/null\n", await pod.LogsAsync(Ct));
    }

    [SystemFact]
    public async Task A_command_that_cannot_be_executed_is_a_failure_of_the_start()
    {
        // Executable by its mode, and empty: only execve(2) can tell.
        string uuidFile = NewUuidFile();
        Run run = new("/demo/setuid") { Image = "layers:latest", Flags = ["--detach"] };
        CliResult result = await Podctl.RunAsync(Ct, run.Words(uuidFile));
        Assert.NotEqual(0, result.ExitCode);
        _ = result.ExpectFailure(result.ExitCode);
    }

    [SystemFact]
    public async Task Detached_pods_outlive_the_terminal_they_were_started_at()
    {
        using PseudoTerminal terminal = StartAtTerminal(Run.Shell("echo up; exec sleep 60") with { Flags = ["--detach"] });
        Assert.Equal(0, await terminal.ExitAsync(Ct));
        TestPod pod = await LastPodAsync();
        terminal.Dispose(); // hangs up
        await pod.WaitForLogAsync("up", Ct);
        Assert.Equal("running", await pod.StateAsync(Ct));
    }

    [SystemFact]
    public async Task Many_pods_run_side_by_side()
    {
        List<TestPod> pods = [];
        for (int i = 0; i < 5; i++)
        {
            pods.Add(await DetachAsync("sh", "-c", "hostname; exec sleep 60"));
        }

        CliResult list = await Podctl.RunAsync(Ct, "list", "--format=json");
        JsonElement[] all = [.. JsonSerializer.Deserialize<JsonElement>(list.Expect(0).Stdout).EnumerateArray()];
        Assert.All(pods, pod => Assert.Contains(all, entry => entry.GetProperty("name").GetString() == pod.Uuid && entry.GetProperty("state").GetString() == "running"));

        // Each has a user namespace of its own, with ids of its own.
        string[] maps = await Task.WhenAll(pods.Select(async pod => await File.ReadAllTextAsync($"/proc/{await pod.LeaderAsync(Ct)}/uid_map", Ct)));
        Assert.Equal(pods.Count, maps.Distinct().Count());
    }

    [SystemFact]
    public async Task Output_can_be_opened_by_its_name()
    {
        TestPod pod = await DetachAsync(new Run("sh", "-c", "ln -s /dev/stdout /tmp/access.log; seq 5000 >>/tmp/access.log; echo problem >/dev/stderr") with { AppFlags = ["--user=app"] });
        _ = (await Podctl.RunAsync(Ct, "status", "--wait", pod.Uuid)).Expect(0);
        string[] lines = (await Podctl.RunAsync(Ct, "logs", pod.Uuid)).Expect(0).Lines;
        Assert.Equal([.. Enumerable.Range(1, 5000).Select(static n => $"{n}"), "problem"], lines);
    }

    [SystemFact]
    public async Task Logs_have_the_lines_of_an_app_that_is_gone_at_once_and_speaks_syslog_too()
    {
        for (int i = 0; i < 5; i++)
        {
            TestPod pod = await DetachAsync("sh", "-c", "echo '<3>one'; echo two; logger three");
            _ = (await Podctl.RunAsync(Ct, "status", "--wait", pod.Uuid)).Expect(0);
            Assert.Equal(["<3>one", "three", "two"], (await Podctl.RunAsync(Ct, "logs", pod.Uuid)).Expect(0).Lines.Order(StringComparer.Ordinal));
        }
    }
}
