using System.Tests.Harness;
using System.Text.Json;
using Xunit;

namespace System.Tests;

/// <summary>Limits of pods and apps, and `podctl update`. What they do to processes is proven where the kernel has the controllers.</summary>
public sealed class UpdateTests : SystemTest
{
    private static readonly string[] Changes = ["--memory=64Mi", "--pids-limit=50", "--cpu=1", "--io-weight=20"];

    [SystemFact]
    public async Task Limits_of_a_pod_are_its_scopes()
    {
        TestPod pod = await DetachAsync(new Run("sleep", "60") { Flags = ["--memory=512Mi", "--cpu=1.5", "--cpu-shares=512", "--pids-limit=100", "--io-weight=50", "--io-limit=/usr,read=10M,write-iops=500"] });
        Assert.Equal(
            ["CPUQuotaPerSecUSec=1.500000s", "CPUWeight=50", "IOReadBandwidthMax=/usr 10000000", "IOWeight=50", "IOWriteIOPSMax=/usr 500", "MemoryMax=536870912", "TasksMax=100"],
            await ShowAsync(pod, "MemoryMax", "CPUQuotaPerSecUSec", "CPUWeight", "TasksMax", "IOWeight", "IOReadBandwidthMax", "IOWriteIOPSMax"));

        _ = (await Podctl.RunAsync(Ct, "update", "--memory=1Gi", "--cpu=none", "--io-limit=/usr,read=none,write=5M", pod.Uuid)).Expect(0);
        Assert.Equal(
            ["CPUQuotaPerSecUSec=infinity", "IOWriteBandwidthMax=/usr 5000000", "MemoryMax=1073741824", "TasksMax=100"],
            await ShowAsync(pod, "MemoryMax", "CPUQuotaPerSecUSec", "TasksMax", "IOReadBandwidthMax", "IOWriteBandwidthMax", "IOWriteIOPSMax"));
        JsonElement limits = (await pod.InspectAsync(Ct)).GetProperty("limits");
        Assert.Equal(1L << 30, limits.GetProperty("memory_bytes").GetInt64());
        Assert.False(limits.TryGetProperty("cpu_millis", out _));
        Assert.Equal(100, limits.GetProperty("tasks").GetInt64());
        Assert.Equal(5_000_000, Assert.Single(limits.GetProperty("io").EnumerateArray()).GetProperty("write_bytes").GetInt64());
    }

    [SystemTheory]
    [InlineData("yes")]
    [InlineData("no")]
    public async Task Limits_of_an_app_change_in_the_pods_own_systemd_and_stay(string privateUsers)
    {
        TestPod pod = await DetachAsync(new Run("sleep", "1") { Flags = [$"--private-users={privateUsers}"], AppFlags = ["--name=app", "--memory=64Mi", "--restart=always"] });
        Assert.Contains("MemoryMax=67108864", await ShowAppAsync(pod));
        CliResult update = (await Podctl.RunAsync(Ct, "update", "--app=app", "--memory=32Mi", "--pids-limit=20", "--cpu=200m", "--cpu-shares=2048", "--io-weight=200", pod.Uuid)).Expect(0);
        Assert.Equal($"\"{pod.Uuid}\"\n", update.Stdout);
        string[] changed = ["CPUQuotaPerSecUSec=200ms", "CPUWeight=200", "IOWeight=200", "MemoryMax=33554432", "TasksMax=20"];
        Assert.Equal(changed, await ShowAppAsync(pod));

        string runs = await pod.InsideAsync(Ct, "systemctl", "show", "--value", "-p", "NRestarts", "app.service");
        await Wait.UntilAsync(async () => await pod.InsideAsync(Ct, "systemctl", "show", "--value", "-p", "NRestarts", "app.service") != runs, "the app has been started again", Wait.Deadline, Ct);
        Assert.Equal(changed, await ShowAppAsync(pod));
        Assert.Equal(32 << 20, (await pod.InspectAsync(Ct)).GetProperty("apps")[0].GetProperty("memory_limit_bytes").GetInt64());
    }

    [SystemFact]
    public async Task A_prepared_pod_is_started_with_what_it_was_changed_to()
    {
        TestPod pod = await PrepareAsync(new Run("sleep", "60") { AppFlags = ["--name=app"] });
        _ = (await Podctl.RunAsync(Ct, "update", "--memory=64Mi", pod.Uuid)).Expect(0);
        _ = (await Podctl.RunAsync(Ct, "update", "--app=app", "--pids-limit=9", pod.Uuid)).Expect(0);
        _ = (await Podctl.RunAsync(Ct, "run-prepared", "--detach", pod.Uuid)).Expect(0);
        Assert.Equal(["MemoryMax=67108864"], await ShowAsync(pod, "MemoryMax"));
        Assert.Contains("TasksMax=9", await ShowAppAsync(pod));
    }

    [SystemFact]
    public async Task What_cannot_be_changed_is_told()
    {
        TestPod pod = await DetachAsync(new Run("sleep", "60") { AppFlags = ["--name=app"] });
        Assert.Contains("has no app 'other'", (await Podctl.RunAsync(Ct, "update", "--app=other", "--memory=64Mi", pod.Uuid)).ExpectFailure(4).Stderr, StringComparison.Ordinal);
        _ = (await Podctl.RunAsync(Ct, "pause", pod.Uuid)).Expect(0);
        Assert.Contains("its state is 'paused'", (await Podctl.RunAsync(Ct, "update", "--app=app", "--memory=64Mi", pod.Uuid)).ExpectFailure(3).Stderr, StringComparison.Ordinal);
        _ = (await Podctl.RunAsync(Ct, "update", "--memory=64Mi", pod.Uuid)).Expect(0);
        _ = (await Podctl.RunAsync(Ct, "stop", "--force", pod.Uuid)).Expect(0);
        Assert.Contains("its state is 'exited'", (await Podctl.RunAsync(Ct, "update", "--memory=64Mi", pod.Uuid)).ExpectFailure(3).Stderr, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task Two_updates_at_once_both_count()
    {
        TestPod pod = await DetachAsync(new Run("sleep", "60") { AppFlags = ["--name=app"] });
        Assert.All(await Task.WhenAll(Changes.Select(flag => Podctl.RunAsync(Ct, "update", flag, pod.Uuid))), static result => result.Expect(0));
        JsonElement limits = (await pod.InspectAsync(Ct)).GetProperty("limits");
        Assert.Equal((67108864, 50, 1000, 20), (limits.GetProperty("memory_bytes").GetInt32(), limits.GetProperty("tasks").GetInt32(), limits.GetProperty("cpu_millis").GetInt32(), limits.GetProperty("io_weight").GetInt32()));
    }

    [SystemFact]
    public async Task Limits_of_processes_are_the_apps()
    {
        CliResult result = await RunAsync(Run.Shell("ulimit -n; ulimit -Hn; ulimit -c") with { AppFlags = ["--ulimit=nofile=100:200", "--ulimit=core=0"] });
        Assert.Equal(["100", "200", "0"], result.Expect(0).Lines);

        // Where the host may not raise its own limits, that is what is said.
        CliResult high = await RunAsync(Run.Shell("ulimit -n") with { AppFlags = ["--ulimit=nofile=1048577"] });
        Assert.True(high.ExitCode == 0 ? high.Stdout == "1048577\n" : high.ExitCode == 125 && high.Stderr.Contains("an app is to have a limit of 1048577", StringComparison.Ordinal), high.ToString());
    }

    private static async Task<string[]> ShowAsync(TestPod pod, params string[] properties) => Sorted(
        (await Cli.RunAsync(Ct, "systemctl", ["show", pod.Scope, .. properties.SelectMany(static property => new[] { "-p", property })])).Expect(0).Stdout);

    private static async Task<string[]> ShowAppAsync(TestPod pod) => Sorted(
        await pod.InsideAsync(Ct, "systemctl", "show", "-p", "MemoryMax", "-p", "TasksMax", "-p", "CPUQuotaPerSecUSec", "-p", "CPUWeight", "-p", "IOWeight", "app.service"));

    private static string[] Sorted(string lines) => [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
}
