using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>podctl as the program of a service: the pod is in its own scope, and ends with the service.</summary>
public sealed class ServiceTests : SystemTest
{
    private readonly string _unit = $"podctl-test-{Guid.NewGuid():N}.service";

    [SystemFact]
    public async Task The_pod_has_its_own_scope_and_ends_in_order_with_the_service()
    {
        await StartServiceAsync(new Run { Image = "variants:stopsignal" }, "simple");
        TestPod pod = await LastPodAsync();
        await pod.WaitForLogAsync("ready", Ct);
        Assert.True(Directory.Exists(pod.Cgroup));
        string[] own = [.. (await Cli.RunAsync(Ct, "systemctl", "show", _unit, "-p", "ControlGroup", "--value")).Lines];
        string[] processes = await File.ReadAllLinesAsync($"/sys/fs/cgroup{Assert.Single(own)}/cgroup.procs", Ct);
        Assert.Equal("podctl\n", await File.ReadAllTextAsync($"/proc/{Assert.Single(processes)}/comm", Ct));

        _ = (await Cli.RunAsync(Ct, "systemctl", "stop", _unit)).Expect(0);
        Assert.Equal(3, await pod.WaitForEndAsync(Ct));
        Assert.Equal("ready\ngot USR1\n", await pod.LogsAsync(Ct));
        await pod.WaitUntilGoneAsync(Ct);
    }

    [SystemFact]
    public async Task The_service_s_result_is_the_app_s()
    {
        CliResult result = await Cli.RunAsync(Ct, "systemd-run", ["--quiet", "--wait", "--collect", $"--unit={_unit}", "--pipe", "podctl", .. Run.Shell("echo out; exit 9").Words(NewUuidFile())]);
        Assert.Equal("out\n", result.Expect(9).Stdout);
    }

    [SystemFact]
    public async Task The_app_s_output_is_in_the_service_s_journal_too()
    {
        CliResult result = await Cli.RunAsync(Ct, "systemd-run", ["--quiet", "--wait", "--collect", $"--unit={_unit}", "podctl", .. Run.Shell("echo to the journal").Words(NewUuidFile())]);
        _ = result.Expect(0);
        await Wait.UntilAsync(
            async () => (await Cli.RunAsync(Ct, "journalctl", "--no-pager", "-q", "-u", _unit, "-o", "cat", "-t", "podctl")).Stdout.Contains("to the journal\n", StringComparison.Ordinal),
            "the service's journal has the line", Wait.Deadline, Ct);
    }

    [SystemTheory]
    [InlineData("oneshot")]
    [InlineData("simple")]
    [InlineData("exec")]
    public async Task A_service_of_any_type_can_run_a_pod(string type)
    {
        // The scope must not wait for a service that waits for the pod.
        CliResult result = await Cli.RunAsync(
            Ct, "systemd-run", ["--quiet", "--wait", "--collect", "--pipe", $"--unit={_unit}", $"--service-type={type}", "-p", "TimeoutStartSec=20", "podctl", .. Run.Shell("echo it runs").Words(NewUuidFile())]);
        Assert.Equal("it runs\n", result.Expect(0).Stdout);
    }

    [SystemFact]
    public async Task A_service_that_waits_for_readiness_is_told_when_the_app_is_up()
    {
        await StartServiceAsync(Run.Shell("echo up; exec sleep 60"), "notify", "-p", "TimeoutStartSec=20");
        Assert.Equal("active", (await Cli.RunAsync(Ct, "systemctl", "is-active", _unit)).Stdout.TrimEnd());
        TestPod pod = await LastPodAsync();
        Assert.Equal("running", await pod.StateAsync(Ct));
        _ = (await Cli.RunAsync(Ct, "systemctl", "stop", _unit)).Expect(0);
        await pod.WaitUntilGoneAsync(Ct);
    }

    [SystemFact]
    public async Task A_service_whose_podctl_is_killed_takes_the_pod_with_it()
    {
        await StartServiceAsync(new Run("sleep", "60"), "exec");
        TestPod pod = await LastPodAsync();
        await Wait.UntilAsync(() => Directory.Exists($"{pod.Cgroup}/system.slice/busybox.service"), "the app is up", Ct);
        _ = (await Cli.RunAsync(Ct, "systemctl", "kill", "--signal=KILL", _unit)).Expect(0);
        await pod.WaitUntilGoneAsync(Ct);
        Assert.Equal("exited", await pod.StateAsync(Ct));
    }

    [SystemFact]
    public async Task A_detached_pod_ends_with_the_service_that_started_it()
    {
        await StartServiceAsync(Run.Shell("trap 'echo bye; exit 4' TERM; echo up; while :; do sleep 1 & wait $!; done") with { Flags = ["--detach"] }, "oneshot", "-p", "RemainAfterExit=yes");
        TestPod pod = await LastPodAsync();
        await pod.WaitForLogAsync("up", Ct);
        Assert.Equal("running", await pod.StateAsync(Ct));
        _ = (await Cli.RunAsync(Ct, "systemctl", "stop", _unit)).Expect(0);
        Assert.Equal(4, await pod.WaitForEndAsync(Ct));
        Assert.Equal("up\nbye\n", await pod.LogsAsync(Ct));
    }

    [SystemFact]
    public async Task A_service_that_restarts_runs_one_pod_after_the_other()
    {
        string log = Path.Combine(Scratch, "log");
        _ = (await Cli.RunAsync(
            Ct, "systemd-run", "--quiet", "--collect", $"--unit={_unit}", "-p", "Restart=on-failure", "-p", "RestartSec=0", "-p", $"StandardOutput=append:{log}", "-p", "StandardError=journal", "podctl",
            "run", "--rm", Podctl.Trust, Podctl.Registry + "busybox", "--", "sh", "-c", "hostname; exit 1")).Expect(0);
        await Wait.UntilAsync(() => File.Exists(log) && File.ReadAllLines(log).Length >= 3, "three pods have run", Ct);
        _ = (await Cli.RunAsync(Ct, "systemctl", "stop", _unit)).Expect(0);
        string[] names = await File.ReadAllLinesAsync(log, Ct);
        Assert.Equal(names.Length, names.Distinct().Count());
    }

    [SystemFact]
    public async Task From_a_session_a_pod_is_nobody_s_but_its_own()
    {
        // A scope, as logind gives a login.
        CliResult result = await Cli.RunAsync(
            Ct, "systemd-run", ["--quiet", "--scope", "--collect", "podctl", .. (new Run("sleep", "60") with { Flags = ["--detach"] }).Words(NewUuidFile())]);
        TestPod pod = new(result.Expect(0).Stdout.TrimEnd());
        Assert.Equal("BindsTo=", (await Cli.RunAsync(Ct, "systemctl", "show", pod.Scope, "-p", "BindsTo")).Stdout.TrimEnd());
        Assert.Equal("running", await pod.StateAsync(Ct));
    }

    private async Task StartServiceAsync(Run run, string type, params string[] options)
    {
        CliResult result = await Cli.RunAsync(Ct, "systemd-run", ["--quiet", "--collect", $"--unit={_unit}", $"--service-type={type}", .. options, "podctl", .. run.Words(NewUuidFile())]);
        _ = result.Expect(0);
    }
}
