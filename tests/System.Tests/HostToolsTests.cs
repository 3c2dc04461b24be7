using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>journalctl, machinectl and systemctl tell the truth about pods and do what they say.</summary>
public sealed class HostToolsTests : SystemTest
{
    private static readonly Run StopSignal = new() { Image = "variants:stopsignal" };

    [SystemFact]
    public async Task Journalctl_reads_a_running_pod_s_journal()
    {
        TestPod pod = await DetachAsync("sh", "-c", "echo hello; exec sleep 60");
        await pod.WaitForLogAsync("hello", Ct);
        CliResult journal = await Cli.RunAsync(Ct, "journalctl", "--no-pager", "-q", "-M", pod.Machine, "-t", "busybox", "-o", "cat");
        Assert.Equal("hello\n", journal.Expect(0).Stdout);
        journal = await Cli.RunAsync(Ct, "journalctl", "--no-pager", "-q", "-M", pod.Machine, "-u", "busybox", "-o", "json", "--output-fields=MESSAGE,_HOSTNAME,_COMM", "-n", "1", "-r", "-g", "^hello$");
        Assert.Contains($"\"{pod.Machine}\"", journal.Expect(0).Stdout, StringComparison.Ordinal);
        journal = await Cli.RunAsync(Ct, "journalctl", "--no-pager", "-q", "--merge", $"_MACHINE_ID={pod.MachineId}", "-t", "busybox", "-o", "cat");
        Assert.Equal("hello\n", journal.Expect(0).Stdout);
    }

    [SystemFact]
    public async Task Journalctl_follows_a_foreground_pod()
    {
        using RunningPod running = Start(new Run("cat") { Options = new CliOptions { KeepInputOpen = true, Input = "first\n"u8.ToArray() } });
        _ = await running.Process.Output.WaitForAsync("first\n", Ct);
        TestPod pod = await running.PodAsync(Ct);
        using CliProcess journal = CliProcess.Start("journalctl", ["--no-pager", "-q", "-f", "--no-tail", "-M", pod.Machine, "-t", "busybox", "-o", "cat"]);
        _ = await journal.Output.WaitForAsync("first\n", Ct);
        await running.Process.Input.WriteAsync("second\n"u8.ToArray(), Ct);
        await running.Process.Input.FlushAsync(Ct);
        _ = await journal.Output.WaitForAsync("second\n", Ct);
        running.Process.CloseInput();
        _ = (await running.FinishAsync(Ct)).Expect(0);
    }

    [SystemFact]
    public async Task Machinectl_lists_and_shows_the_pod()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        int leader = await pod.LeaderAsync(Ct);
        Assert.Matches($@"(?m)^{pod.Machine} +container +podctl ", (await Cli.RunAsync(Ct, "machinectl", "list", "--no-pager", "--no-legend")).Expect(0).Stdout);
        CliResult show = await Cli.RunAsync(Ct, "machinectl", "show", pod.Machine, "-p", "Leader", "-p", "Unit", "-p", "Class", "-p", "State", "-p", "Id", "-p", "RootDirectory", "-p", "Service");
        Assert.Equal(
            ["Class=container", $"Id={pod.MachineId}", $"Leader={leader}", $"RootDirectory=/proc/{leader}/root", "Service=podctl", "State=running", $"Unit={pod.Scope}"],
            show.Expect(0).Lines.Order(StringComparer.Ordinal));
        CliResult status = await Cli.RunAsync(Ct, "machinectl", "status", "--no-pager", "-l", pod.Machine);
        Assert.All([$"Leader: {leader} (systemd)", $"Unit: {pod.Scope}", "sleep 60", "systemd-journald"], text => Assert.Contains(text, status.Expect(0).Stdout, StringComparison.Ordinal));
    }

    [SystemFact]
    public async Task Machinectl_poweroff_stops_in_order()
    {
        TestPod pod = await DetachAsync(StopSignal);
        await pod.WaitForLogAsync("ready", Ct);
        _ = (await Cli.RunAsync(Ct, "machinectl", "poweroff", pod.Machine)).Expect(0);
        Assert.Equal(3, await pod.WaitForEndAsync(Ct));
        Assert.Equal("ready\ngot USR1\n", await pod.LogsAsync(Ct));
        await pod.WaitUntilGoneAsync(Ct);
    }

    [SystemFact]
    public async Task Machinectl_reboot_stops_in_order_too()
    {
        TestPod pod = await DetachAsync(StopSignal);
        await pod.WaitForLogAsync("ready", Ct);
        _ = (await Cli.RunAsync(Ct, "machinectl", "reboot", pod.Machine)).Expect(0);
        Assert.Equal(3, await pod.WaitForEndAsync(Ct));
        await pod.WaitUntilGoneAsync(Ct);
    }

    [SystemFact]
    public async Task Machinectl_terminate_ends_the_pod()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        _ = (await Cli.RunAsync(Ct, "machinectl", "terminate", pod.Machine)).Expect(0);
        _ = await pod.WaitForEndAsync(Ct);
        await pod.WaitUntilGoneAsync(Ct);
        Assert.DoesNotContain(pod.Machine, (await Cli.RunAsync(Ct, "machinectl", "list", "--no-pager")).Stdout, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task Systemctl_status_shows_the_pod_s_tree_and_the_image_s_name()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        string status = (await Cli.RunAsync(Ct, "systemctl", "status", "--no-pager", "-l", pod.Scope)).Expect(0).Stdout;
        Assert.All(
            ["busybox:latest", "active (running)", "/machine.slice/", "init.scope", "/usr/lib/systemd/systemd ", "systemd-journald.service", "busybox.service", "sleep 60"],
            text => Assert.Contains(text, status, StringComparison.Ordinal));
    }

    [SystemFact]
    public async Task Systemd_cgls_shows_the_pod_below_the_machine_slice()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        string tree = (await Cli.RunAsync(Ct, "systemd-cgls", "--no-pager", "-l", "/machine.slice")).Expect(0).Stdout;
        Assert.Matches($@"{pod.Scope}(.*\n)+?.*init\.scope(.*\n)+?.*system\.slice(.*\n)+?.*busybox\.service(.*\n)+?.*sleep 60", tree);
        Assert.Contains("sleep 60", (await Cli.RunAsync(Ct, "systemd-cgls", "--no-pager", "-M", pod.Machine)).Expect(0).Stdout, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task Systemctl_stop_stops_in_order()
    {
        TestPod pod = await DetachAsync(StopSignal);
        await pod.WaitForLogAsync("ready", Ct);
        _ = (await Cli.RunAsync(Ct, "systemctl", "stop", pod.Scope)).Expect(0);
        Assert.False(Directory.Exists(pod.Cgroup));
        Assert.Equal(3, await pod.WaitForEndAsync(Ct));
        Assert.Equal("ready\ngot USR1\n", await pod.LogsAsync(Ct));
        await pod.WaitUntilGoneAsync(Ct);
    }

    [SystemFact]
    public async Task Systemctl_stop_right_after_the_start_works_too()
    {
        for (int i = 0; i < 5; i++)
        {
            TestPod pod = await DetachAsync("sleep", "60");
            CliResult stop = (await Cli.RunAsync(Ct, "systemctl", "stop", pod.Scope)).Expect(0);
            Assert.InRange(stop.Elapsed.TotalSeconds, 0, 8);
            Assert.Equal(128 + Signals.Terminate, await pod.WaitForEndAsync(Ct));
        }
    }

    [SystemFact]
    public async Task Systemctl_stop_gives_a_stubborn_pod_its_time_and_then_kills()
    {
        TestPod pod = await DetachAsync(new Run { Image = "variants:stubborn" });
        await pod.WaitForLogAsync("ready", Ct);
        CliResult stop = (await Cli.RunAsync(Ct, "systemctl", "stop", pod.Scope)).Expect(0);
        Assert.InRange(stop.Elapsed.TotalSeconds, 5, 40);
        Assert.Equal(128 + Signals.Kill, await pod.WaitForEndAsync(Ct));
    }

    [SystemFact]
    public async Task Systemctl_kill_kills()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        _ = (await Cli.RunAsync(Ct, "systemctl", "kill", "--signal=KILL", pod.Scope)).Expect(0);
        _ = await pod.WaitForEndAsync(Ct);
        Assert.Equal("exited", await pod.StateAsync(Ct));
        await pod.WaitUntilGoneAsync(Ct);
    }

    [SystemFact]
    public async Task Killing_the_leader_ends_the_pod()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        _ = (await Cli.RunAsync(Ct, "kill", "-9", $"{await pod.LeaderAsync(Ct)}")).Expect(0);
        _ = await pod.WaitForEndAsync(Ct);
        Assert.Equal("exited", await pod.StateAsync(Ct));
        await pod.WaitUntilGoneAsync(Ct);
    }

    [SystemFact]
    public async Task Systemctl_set_property_changes_a_running_pod()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        _ = (await Cli.RunAsync(Ct, "systemctl", "set-property", "--runtime", pod.Scope, "MemoryMax=64M", "CPUWeight=50", "TasksMax=100")).Expect(0);
        CliResult show = await Cli.RunAsync(Ct, "systemctl", "show", pod.Scope, "-p", "MemoryMax", "-p", "CPUWeight", "-p", "TasksMax");
        Assert.Equal(["CPUWeight=50", "MemoryMax=67108864", "TasksMax=100"], show.Expect(0).Lines.Order(StringComparer.Ordinal));

        // Where the host has the controllers the kernel says the same.
        foreach ((string file, string value) in new[] { ("memory.max", "67108864"), ("cpu.weight", "50"), ("pids.max", "100") })
        {
            if (File.Exists($"{pod.Cgroup}/{file}"))
            {
                Assert.Equal(value, (await File.ReadAllTextAsync($"{pod.Cgroup}/{file}", Ct)).TrimEnd());
            }
        }

        Assert.Equal("running", await pod.StateAsync(Ct));
    }

    [SystemFact]
    public async Task Systemctl_freeze_and_thaw_hold_a_pod_and_let_it_go()
    {
        TestPod pod = await DetachAsync("sh", "-c", "while :; do echo tick; sleep 0.05; done");
        await pod.WaitForLogAsync("tick", Ct);
        _ = (await Cli.RunAsync(Ct, "systemctl", "freeze", pod.Scope)).Expect(0);
        Assert.Contains("frozen 1", await File.ReadAllTextAsync($"{pod.Cgroup}/cgroup.events", Ct), StringComparison.Ordinal);
        int before = (await pod.LogsAsync(Ct)).Length;
        _ = (await Podctl.RunAsync(Ct, "status", "--wait=300ms", pod.Uuid)).ExpectFailure(1);
        Assert.Equal(before, (await pod.LogsAsync(Ct)).Length);
        _ = (await Cli.RunAsync(Ct, "systemctl", "thaw", pod.Scope)).Expect(0);
        await Wait.UntilAsync(async () => (await pod.LogsAsync(Ct)).Length > before, "the pod goes on", Wait.Deadline, Ct);
    }

    [SystemFact]
    public async Task The_pod_s_own_systemd_has_nothing_to_complain_about()
    {
        TestPod pod = await DetachAsync("true");
        _ = await pod.WaitForEndAsync(Ct);
        CliResult journal = await pod.JournalAsync(Ct, "-o", "short", "-p", "warning");

        // Where the kernel has no pids controller to give, systemd 262 says so of every service.
        bool hasController = (await File.ReadAllTextAsync("/sys/fs/cgroup/cgroup.controllers", Ct)).Contains("pids", StringComparison.Ordinal);
        Assert.DoesNotContain(journal.Expect(0).Lines, line => hasController || !line.Contains("Failed to read pids.max", StringComparison.Ordinal));
    }

    [SystemFact]
    public async Task The_host_s_journal_has_nothing_to_complain_about_either()
    {
        string cursor = (await Cli.RunAsync(Ct, "journalctl", "-n", "0", "--show-cursor", "-q")).Stdout.Split(": ")[^1].Trim();
        TestPod pod = await DetachAsync("true");
        _ = await pod.WaitForEndAsync(Ct);
        _ = (await Podctl.RunAsync(Ct, "rm", pod.Uuid)).Expect(0);
        CliResult journal = await Cli.RunAsync(Ct, "journalctl", "--no-pager", "-q", $"--after-cursor={cursor}", "-p", "warning", "-t", "systemd", "-t", "systemd-machined", "-t", "systemd-journald");
        Assert.Equal("", journal.Expect(0).Stdout);
    }
}
