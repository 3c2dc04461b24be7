using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>podctl killed with KILL at any moment: `gc` brings back a clean state, and a later run works.</summary>
public sealed class KillTests : SystemTest
{
    private const int Kills = 100;

    [SystemFact]
    public async Task A_hundred_kills_during_run_leave_nothing_after_gc()
    {
        // How long a run takes, so that the moments are spread over all of it.
        TimeSpan whole = (await RunAsync("true")).Expect(0).Elapsed;
        Random random = new(20261);
        int started = 0;
        for (int i = 0; i < Kills; i++)
        {
            bool isDetached = i % 3 == 2;
            using RunningPod running = Start(new Run("sleep", "300") { Flags = isDetached ? ["--detach"] : [] });
            using PeriodicTimer moment = new(TimeSpan.FromMilliseconds(1 + (random.NextDouble() * whole.TotalMilliseconds * 1.3)));
            _ = await moment.WaitForNextTickAsync(Ct);
            running.Process.Signal(Signals.Kill);
        }

        // A pod that was up before its podctl was killed ends in order; one that was to run in the background runs.
        foreach (TestPod pod in Pods())
        {
            if (Directory.Exists(pod.Directory))
            {
                started++;
                CliResult stop = await Podctl.RunAsync(Ct, "stop", pod.Uuid);
                Assert.True(stop.ExitCode is 0 or 3, stop.ToString());
            }
        }

        Assert.InRange(started, 10, Kills);
        CliResult gc = await Podctl.RunAsync(Ct, "gc", "--grace-period=0");
        _ = gc.Expect(0);
        await Wait.UntilAsync(
            async () => (await Podctl.RunAsync(Ct, "gc", "--grace-period=0")).Expect(0).ExitCode == 0 && !Pods().Any(static pod => Directory.Exists(pod.Directory)), "gc has removed all", Wait.Deadline, Ct);
        await ExpectNothingLeftAsync();
        Assert.Equal("still works\n", (await RunAsync("echo", "still works")).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task Kills_during_fetch_leave_a_store_that_works()
    {
        using OwnStore store = new();
        Run run = new("echo", "works") { Image = "container:1.0", Flags = [store.Flag, "--quiet"] };
        using (OwnStore other = new())
        {
            // Spread over a fetch, which with this image is mostly unpacking.
            TimeSpan whole = (await RunAsync(run with { Flags = [other.Flag, "--quiet", "--rm"] })).Expect(0).Elapsed;
            Random random = new(20262);
            for (int i = 0; i < 25; i++)
            {
                using CliProcess fetch = CliProcess.Start(Podctl.Program, ["fetch", store.Flag, Podctl.Trust, Podctl.Registry + "container:1.0"]);
                using PeriodicTimer moment = new(TimeSpan.FromMilliseconds(1 + (random.NextDouble() * whole.TotalMilliseconds)));
                _ = await moment.WaitForNextTickAsync(Ct);
                fetch.Signal(Signals.Kill);
            }
        }

        _ = (await Podctl.RunAsync(Ct, store.Flag, "gc", "--grace-period=0")).Expect(0);
        Assert.Equal("works\n", (await RunAsync(run)).Expect(0).Stdout);

        // What the killed ones had begun is gone once somebody has cleaned up behind them.
        _ = (await Podctl.RunAsync(Ct, store.Flag, "gc", "--grace-period=0")).Expect(0);
        Assert.Empty(store.Unfinished());
    }

    [SystemFact]
    public async Task Kills_during_stop_rm_and_gc_leave_nothing_after_gc()
    {
        Random random = new(20263);
        for (int i = 0; i < 15; i++)
        {
            TestPod pod = await DetachAsync("sleep", "300");
            string[] words = (i % 3) switch { 0 => ["stop", pod.Uuid], 1 => ["rm", "--force", pod.Uuid], _ => ["gc", "--grace-period=0"] };
            using CliProcess process = CliProcess.Start(Podctl.Program, words);
            using PeriodicTimer moment = new(TimeSpan.FromMilliseconds(1 + (random.NextDouble() * 120)));
            _ = await moment.WaitForNextTickAsync(Ct);
            process.Signal(Signals.Kill);
            CliResult removal = await Podctl.RunAsync(Ct, "rm", "--force", pod.Uuid);
            Assert.True(removal.ExitCode is 0 or 4, removal.ToString());
        }

        _ = (await Podctl.RunAsync(Ct, "gc", "--grace-period=0")).Expect(0);
        await ExpectNothingLeftAsync();
    }

    [SystemFact]
    public async Task A_foreground_pod_whose_podctl_is_killed_ends_in_order()
    {
        using RunningPod running = Start(Run.Shell("trap 'echo bye >/dev/console 2>/dev/null; exit 6' TERM; echo up; while :; do sleep 1 & wait $!; done"));
        _ = await running.Process.Output.WaitForAsync("up", Ct);
        TestPod pod = await running.PodAsync(Ct);
        running.Process.Signal(Signals.Kill);
        Assert.Equal(6, await pod.WaitForEndAsync(Ct));
        await Wait.UntilAsync(() => !Directory.Exists(pod.Cgroup), "its cgroup is gone", Ct);
    }
}
