using System.Globalization;
using System.Tests.Harness;
using System.Text.Json;
using Xunit;

namespace System.Tests;

/// <summary>Limits that the kernel enforces, with figures of the kernel's. A machine in an emulator has no speed, so all times are shares of one another.</summary>
[Trait(Machine.Trait, Machine.TraitValue)]
public sealed class LimitTests : LimitTest
{
    // More than 64 MB in the shell's own memory; /dev/zero would be no text.
    private const string Hog = "x=$(head -c 200000000 /dev/zero | tr '\\0' x); echo survived";

    [MachineFact]
    public async Task An_app_beyond_its_memory_is_killed_and_that_is_said()
    {
        TestPod neighbour = await DetachAsync("sleep", "600");
        (CliResult result, TestPod pod) = await RunPodAsync(Run.Shell(Hog) with { AppFlags = ["--memory=64M"] });
        Assert.Empty(result.Expect(137).Stdout);
        JsonElement app = (await pod.StatusAsync(Ct)).GetProperty("apps")[0];
        Assert.Equal(137, app.GetProperty("exit_code").GetInt32());
        Assert.Equal("KILL", app.GetProperty("signal").GetString());
        Assert.True(app.GetProperty("oom_killed").GetBoolean());
        JsonElement inspected = await pod.InspectAsync(Ct);
        Assert.True(inspected.GetProperty("status").GetProperty("apps")[0].GetProperty("oom_killed").GetBoolean());
        Assert.Equal(64_000_000, AppOf(inspected, "busybox").GetProperty("memory_limit_bytes").GetInt64());
        Assert.Equal("running", await neighbour.StateAsync(Ct));
        Assert.Equal("0\n", (await Podctl.RunAsync(Ct, "exec", neighbour.Uuid, "--", "sh", "-c", "echo 0")).Expect(0).Stdout);
    }

    [MachineFact]
    public async Task An_app_of_which_only_a_child_was_killed_goes_on()
    {
        // Killed by SIGKILL afterwards by nobody: what counts is how the app's own process ended.
        CliResult result = await RunAsync(Run.Shell("tail /dev/zero; echo $?") with { AppFlags = ["--memory=64M"] });
        Assert.Equal("137\n", result.Expect(0).Stdout);
        Assert.False((await Pods()[^1].StatusAsync(Ct)).GetProperty("apps")[0].TryGetProperty("oom_killed", out _));
    }

    [MachineFact]
    public async Task The_neighbour_of_an_app_beyond_its_memory_goes_on_and_the_app_is_started_again()
    {
        // Only the first time.
        TestPod pod = await DetachAsync(Run.Shell($"test -e /before || {{ echo >/before; {Hog}; }}; exec sleep 600") with
        {
            AppFlags = ["--name=hog", "--memory=64M", "--restart=on-failure"],
            Others = [Run.Shell("calm", Idle)],
        });
        string status = $"{pod.Directory}/io/status/hog";
        int calm = new AppCgroup(pod, "calm").Pids[0];
        await Wait.UntilAsync(() => File.ReadAllText(status).StartsWith("killed KILL oom-kill ", StringComparison.Ordinal), "hog was killed", Ct);
        Assert.Equal("running", await pod.StateAsync(Ct));
        Assert.Equal(137, AppOf(await pod.StatusAsync(Ct), "hog").GetProperty("last_exit_code").GetInt32());
        Assert.Contains(calm, new AppCgroup(pod, "calm").Pids);

        // A death of another kind is not taken for one more.
        await Wait.UntilAsync(IsSleeping, "hog sleeps", Ct);
        _ = (await Podctl.RunAsync(Ct, "kill", "--signal=KILL", "--app=hog", pod.Uuid)).Expect(0);
        await Wait.UntilAsync(() => File.ReadAllText(status).StartsWith("killed KILL signal ", StringComparison.Ordinal), "hog was killed by hand", Ct);
        Assert.Contains(calm, new AppCgroup(pod, "calm").Pids);

        bool IsSleeping()
        {
            try
            {
                return new AppCgroup(pod, "hog").Pids is [int pid] && File.ReadAllText($"/proc/{pid}/comm") == "sleep\n";
            }
            catch (IOException)
            {
                return false; // between two runs
            }
        }
    }

    [MachineFact]
    public async Task A_quota_of_CPU_time_holds()
    {
        TestPod pod = await DetachAsync(Run.Shell($"({Busy}) & {Busy}") with { AppFlags = ["--cpu=200m"] });
        AppCgroup app = new(pod, "busybox");
        Assert.Equal("20000 100000", app.Text("cpu.max"));
        Assert.Equal(200, AppOf(await pod.InspectAsync(Ct), "busybox").GetProperty("cpu_limit_millis").GetInt64());
        Assert.Equal(["CPUQuotaPerSecUSec=200ms"], await pod.UnitAsync(Ct, "busybox", "CPUQuotaPerSecUSec"));
        Assert.InRange(await ShareAsync(app), 0.10, 0.30);
        Assert.True(app.Number("cpu.stat", "nr_throttled") > 0);
    }

    [MachineFact]
    public async Task A_quota_that_is_changed_holds_for_what_runs_already()
    {
        TestPod pod = await DetachAsync(Run.Shell($"({Busy}) & {Busy}"));
        AppCgroup app = new(pod, "busybox");
        _ = (await Podctl.RunAsync(Ct, "update", "--app=busybox", "--cpu=200m", "--pids-limit=40", "--memory=64Mi", pod.Uuid)).Expect(0);
        Assert.Equal(("20000 100000", "40", "67108864"), (app.Text("cpu.max"), app.Text("pids.max"), app.Text("memory.max")));
        Assert.InRange(await ShareAsync(app), 0.10, 0.30);

        // The pod as a whole, with its systemd.
        _ = (await Podctl.RunAsync(Ct, "update", "--app=busybox", "--cpu=none", pod.Uuid)).Expect(0);
        _ = (await Podctl.RunAsync(Ct, "update", "--cpu=500m", "--pids-limit=50", pod.Uuid)).Expect(0);
        Assert.Equal("50000 100000\n", await File.ReadAllTextAsync($"{pod.Cgroup}/cpu.max", Ct));
        Assert.Equal("50\n", await File.ReadAllTextAsync($"{pod.Cgroup}/pids.max", Ct));
        Assert.InRange(await ShareAsync(app), 0.30, 0.60);
    }

    [MachineFact]
    public async Task Busy_apps_share_the_CPU_by_their_weights()
    {
        // Four of them on two CPUs: each CPU has somebody to choose between.
        TestPod pod = await DetachAsync(Run.Shell("heavy", $"({Busy}) & {Busy}") with
        {
            AppFlags = ["--name=heavy", "--cpu-shares=4096"],
            Others = [Run.Shell("light", $"({Busy}) & {Busy}") with { AppFlags = ["--name=light", "--cpu-shares=1024"] }],
        });
        AppCgroup heavy = new(pod, "heavy");
        AppCgroup light = new(pod, "light");
        Assert.Equal((400, 100), (heavy.Number("cpu.weight"), light.Number("cpu.weight")));
        Assert.Equal(["CPUWeight=400"], await pod.UnitAsync(Ct, "heavy", "CPUWeight"));
        (TimeSpan heavyBefore, TimeSpan lightBefore) = (heavy.CpuTime, light.CpuTime);
        await Task.Delay(MeasuringTime, Ct);
        Assert.InRange((heavy.CpuTime - heavyBefore) / (light.CpuTime - lightBefore), 2.5, 6);
    }

    [MachineFact]
    public async Task A_limit_of_tasks_holds_and_the_neighbours_do_not_feel_it()
    {
        // A shell ends when it cannot start something; what it has started stays, and the app with it.
        const string script = "(n=0; while sleep 600 & do n=$((n+1)); test $n -lt 100 || { echo never; exit; }; done) 2>/dev/null; exec sleep 600";
        TestPod pod = await DetachAsync(Run.Shell("bomb", script) with
        {
            AppFlags = ["--name=bomb", "--pids-limit=20"],
            Others = [Run.Shell("calm", Idle)],
        });
        AppCgroup bomb = new(pod, "bomb");
        Assert.Equal(["TasksMax=20"], await pod.UnitAsync(Ct, "bomb", "TasksMax"));
        Assert.Equal(20, AppOf(await pod.InspectAsync(Ct), "bomb").GetProperty("task_limit").GetInt64());
        Assert.Equal(20, bomb.Number("pids.max"));
        await Wait.UntilAsync(() => bomb.Number("pids.events", "max") > 0, "a fork was refused", Ct);
        Assert.InRange(bomb.Number("pids.current"), 10, 20);
        Assert.Equal("here\n", (await Podctl.RunAsync(Ct, "exec", "--app=calm", pod.Uuid, "--", "echo", "here")).Expect(0).Stdout);
        Assert.DoesNotContain("never", await pod.LogsAsync(Ct), StringComparison.Ordinal);
    }

    [MachineFact]
    public async Task A_paused_pod_gets_no_CPU_time_until_it_goes_on()
    {
        TestPod pod = await DetachAsync(Run.Shell(Busy));
        AppCgroup app = new(pod, "busybox");
        _ = (await Podctl.RunAsync(Ct, "pause", pod.Uuid)).Expect(0);
        Assert.Equal(["FreezerState=frozen"], (await Cli.RunAsync(Ct, "systemctl", "show", pod.Scope, "-p", "FreezerState")).Lines);
        Assert.Contains("frozen 1", await File.ReadAllTextAsync($"{pod.Cgroup}/cgroup.events", Ct), StringComparison.Ordinal);
        TimeSpan before = app.CpuTime;
        await Task.Delay(TimeSpan.FromSeconds(2), Ct);
        Assert.Equal(before, app.CpuTime);

        _ = (await Podctl.RunAsync(Ct, "resume", pod.Uuid)).Expect(0);
        Assert.Equal(["FreezerState=running"], (await Cli.RunAsync(Ct, "systemctl", "show", pod.Scope, "-p", "FreezerState")).Lines);
        await Wait.UntilAsync(() => app.CpuTime > before, "the app goes on", Ct);
    }

    [MachineFact]
    public async Task What_was_asked_for_is_what_podctl_systemd_the_kernel_and_the_app_say()
    {
        TestPod pod = await DetachAsync(Run.Shell("ulimit -n; cat /proc/self/oom_score_adj; " + Idle) with
        {
            AppFlags = ["--memory=64Mi", "--cpu=1500m", "--cpu-shares=512", "--pids-limit=30", "--oom-score-adj=300"],
        });
        AppCgroup cgroup = new(pod, "busybox");
        Assert.Equal(("67108864", "150000 100000", "50", "30"), (cgroup.Text("memory.max"), cgroup.Text("cpu.max"), cgroup.Text("cpu.weight"), cgroup.Text("pids.max")));
        string[] unit = await pod.UnitAsync(Ct, "busybox", "MemoryMax", "CPUQuotaPerSecUSec", "CPUWeight", "TasksMax", "OOMScoreAdjust", "LimitNOFILESoft");
        string files = unit.Single(static line => line.StartsWith("LimitNOFILESoft=", StringComparison.Ordinal)).Split('=')[1];
        Assert.Equal(
            ["CPUQuotaPerSecUSec=1.500000s", "CPUWeight=50", $"LimitNOFILESoft={files}", "MemoryMax=67108864", "OOMScoreAdjust=300", "TasksMax=30"],
            unit.Select(static line => line.Replace("=1.5s", "=1.500000s", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        await pod.WaitForLogAsync("300\n", Ct);
        Assert.Equal($"{files}\n300\n", await pod.LogsAsync(Ct));
        JsonElement app = AppOf(await pod.InspectAsync(Ct), "busybox");
        Assert.Equal(
            (67108864, 1500, 512, 30, 300),
            (app.GetProperty("memory_limit_bytes").GetInt64(), app.GetProperty("cpu_limit_millis").GetInt64(), app.GetProperty("cpu_shares").GetInt32(), app.GetProperty("task_limit").GetInt64(), app.GetProperty("oom_score_adjustment").GetInt32()));

        // The scope itself has no limit, and gives the pod's systemd what it needs to set them.
        CliResult scope = await Cli.RunAsync(Ct, "systemctl", "show", pod.Scope, "-p", "MemoryMax", "-p", "TasksMax", "-p", "Delegate");
        Assert.Equal(["Delegate=yes", "MemoryMax=infinity", "TasksMax=infinity"], scope.Expect(0).Lines.Order(StringComparer.Ordinal));
        string[] controllers = (await File.ReadAllTextAsync($"{pod.Cgroup}/cgroup.subtree_control", Ct)).TrimEnd().Split(' ');
        Assert.All(["cpu", "memory", "pids"], controller => Assert.Contains(controller, controllers));
    }

    [MachineFact]
    public async Task Stats_and_top_agree_with_the_kernel()
    {
        TestPod pod = await DetachAsync(Run.Shell($"x=$(head -c 20000000 /dev/zero | tr '\\0' x); echo full; {Idle}") with { AppFlags = ["--memory=128Mi", "--cpu=500m", "--pids-limit=10"] });
        await pod.WaitForLogAsync("full", Ct);
        AppCgroup cgroup = new(pod, "busybox");
        double before = cgroup.CpuTime.TotalSeconds;
        JsonElement stats = Json(await Podctl.RunAsync(Ct, "stats", "--no-stream", "--format=json", pod.Uuid))[0];
        double after = cgroup.CpuTime.TotalSeconds;
        JsonElement usage = stats.GetProperty("apps")[0].GetProperty("usage");
        Assert.InRange(usage.GetProperty("cpu_seconds").GetDouble(), before, after);
        Assert.Equal((134217728, 500, 10, 0), (usage.GetProperty("memory_limit_bytes").GetInt64(), usage.GetProperty("cpu_limit_millis").GetInt64(), usage.GetProperty("task_limit").GetInt64(), usage.GetProperty("oom_kills").GetInt64()));
        Assert.InRange(usage.GetProperty("memory_bytes").GetInt64() / (double)cgroup.Number("memory.current"), 0.8, 1.25);
        Assert.True(usage.GetProperty("memory_bytes").GetInt64() > 20_000_000);
        Assert.InRange(usage.GetProperty("tasks").GetInt64(), 1, 2);
        Assert.InRange(stats.GetProperty("usage").GetProperty("tasks").GetInt64(), 3, 4); // and the pod's systemd and journal

        string[] top = (await Podctl.RunAsync(Ct, "top", "--app=busybox", "--no-legend", pod.Uuid)).Expect(0).Lines;
        int shell = cgroup.Pids[0];
        string[] row = Assert.Single(top, line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1] == shell.ToString(CultureInfo.InvariantCulture)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(("busybox", "0"), (row[2], row[3]));
    }
}
