using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>`stop`, `rm` and `gc`.</summary>
public sealed class StopTests : SystemTest
{
    [SystemFact]
    public async Task Stop_asks_by_the_image_s_signal_and_waits_for_the_end()
    {
        TestPod pod = await DetachAsync(new Run { Image = "variants:stopsignal" });
        await pod.WaitForLogAsync("ready", Ct);
        CliResult stop = (await Podctl.RunAsync(Ct, "stop", pod.Uuid)).Expect(0);
        Assert.Equal($"\"{pod.Uuid}\"\n", stop.Stdout);
        Assert.False(pod.HasProcesses);
        Assert.Equal("exited", await pod.StateAsync(Ct));
        Assert.Equal(3, await pod.WaitForEndAsync(Ct));
        Assert.Equal("ready\ngot USR1\n", await pod.LogsAsync(Ct));
    }

    [SystemFact]
    public async Task Stopping_again_is_success()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        _ = (await Podctl.RunAsync(Ct, "stop", pod.Uuid)).Expect(0);
        CliResult again = (await Podctl.RunAsync(Ct, "stop", pod.Uuid)).Expect(0);
        Assert.Contains("already stopped", again.Stderr, StringComparison.Ordinal);
        Assert.Equal("", again.Stdout);
    }

    [SystemFact]
    public async Task Force_does_not_ask()
    {
        TestPod pod = await DetachAsync(new Run { Image = "variants:stubborn" });
        await pod.WaitForLogAsync("ready", Ct);
        CliResult stop = (await Podctl.RunAsync(Ct, "stop", "--force", pod.Uuid)).Expect(0);
        Assert.InRange(stop.Elapsed.TotalSeconds, 0, 5);
        Assert.False(pod.HasProcesses);
        Assert.Equal("exited", await pod.StateAsync(Ct));
    }

    [SystemFact]
    public async Task Several_pods_are_stopped_side_by_side_and_those_that_are_not_there_are_told()
    {
        TestPod[] pods = [await DetachAsync("sleep", "60"), await DetachAsync("sleep", "60"), await DetachAsync("sleep", "60")];
        CliResult stop = (await Podctl.RunAsync(Ct, ["stop", .. pods.Select(static pod => pod.Uuid)])).Expect(0);
        Assert.Equal(pods.Select(static pod => $"\"{pod.Uuid}\"").Order(StringComparer.Ordinal), stop.Lines.Order(StringComparer.Ordinal));
        _ = (await Podctl.RunAsync(Ct, "rm", pods[0].Uuid, "no-such-pod")).ExpectFailure(4);
        _ = (await Podctl.RunAsync(Ct, ["rm", .. pods.Select(static pod => pod.Uuid)])).Expect(0);
        await ExpectNothingLeftAsync();
    }

    [SystemFact]
    public async Task Two_stops_at_once_both_succeed()
    {
        TestPod pod = await DetachAsync(new Run { Image = "variants:stopsignal" });
        await pod.WaitForLogAsync("ready", Ct);
        CliResult[] stops = await Task.WhenAll(Podctl.RunAsync(Ct, "stop", pod.Uuid), Podctl.RunAsync(Ct, "stop", pod.Uuid));
        Assert.All(stops, static stop => stop.Expect(0));
        Assert.Equal(3, await pod.WaitForEndAsync(Ct));
    }

    [SystemFact]
    public async Task A_running_pod_is_not_removed_unless_forced()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        Assert.Contains("running", (await Podctl.RunAsync(Ct, "rm", pod.Uuid)).ExpectFailure(3).Stderr, StringComparison.Ordinal);
        Assert.Equal("running", await pod.StateAsync(Ct));
        Assert.Equal($"\"{pod.Uuid}\"\n", (await Podctl.RunAsync(Ct, "rm", "--force", pod.Uuid)).Expect(0).Stdout);
        await ExpectNothingLeftAsync();
        _ = (await Podctl.RunAsync(Ct, "rm", pod.Uuid)).ExpectFailure(4);
    }

    [SystemFact]
    public async Task A_pod_whose_run_has_just_returned_can_be_removed()
    {
        for (int i = 0; i < 5; i++)
        {
            (CliResult result, TestPod pod) = await RunPodAsync(new Run("true"));
            _ = result.Expect(0);
            _ = (await Podctl.RunAsync(Ct, "rm", pod.Uuid)).Expect(0);
        }

        await ExpectNothingLeftAsync();
    }

    [SystemFact]
    public async Task Removing_a_foreground_pod_by_force_ends_its_podctl()
    {
        using RunningPod running = Start(Run.Shell("echo up; exec sleep 60"));
        _ = await running.Process.Output.WaitForAsync("up", Ct);
        _ = (await Podctl.RunAsync(Ct, "rm", "--force", (await running.PodAsync(Ct)).Uuid)).Expect(0);
        CliResult result = await running.FinishAsync(Ct);
        Assert.True(result.ExitCode is 125 or 128 + Signals.Kill, result.ToString());
        await ExpectNothingLeftAsync();
    }

    [SystemFact]
    public async Task Removing_a_pod_twice_at_once_removes_it_once()
    {
        for (int i = 0; i < 5; i++)
        {
            (_, TestPod pod) = await RunPodAsync(new Run("true"));
            CliResult[] removals = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Podctl.RunAsync(Ct, "rm", pod.Uuid)));
            Assert.Contains(removals, static removal => removal.ExitCode == 0);
            Assert.All(removals, static removal => Assert.True(removal.ExitCode is 0 or 3 or 4, removal.ToString()));
        }

        await ExpectNothingLeftAsync();
    }

    [SystemFact]
    public async Task Gc_keeps_what_runs_and_what_has_just_ended()
    {
        TestPod running = await DetachAsync("sleep", "60");
        TestPod ended = await DetachAsync("true");
        _ = await ended.WaitForEndAsync(Ct);
        CliResult gc = (await Podctl.RunAsync(Ct, "gc")).Expect(0);
        Assert.Contains($"moving pod \"{ended.Uuid}\" to garbage", gc.Stderr, StringComparison.Ordinal);
        Assert.Contains($"pod \"{ended.Uuid}\" not removed", gc.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain(running.Uuid, gc.Stdout + gc.Stderr, StringComparison.Ordinal);
        Assert.Equal("exited garbage", await ended.StateAsync(Ct));
        _ = (await Podctl.RunAsync(Ct, "logs", ended.Uuid)).Expect(0);

        gc = (await Podctl.RunAsync(Ct, "gc", "--grace-period=0")).Expect(0);
        Assert.Contains($"Garbage collecting pod \"{ended.Uuid}\"", gc.Stdout, StringComparison.Ordinal);
        _ = (await Podctl.RunAsync(Ct, "status", ended.Uuid)).ExpectFailure(4);
        Assert.Equal("running", await running.StateAsync(Ct));
    }

    [SystemFact]
    public async Task Gc_that_only_marks_starts_the_clock()
    {
        TestPod pod = await DetachAsync("true");
        _ = await pod.WaitForEndAsync(Ct);
        CliResult gc = (await Podctl.RunAsync(Ct, "gc", "--mark-only", "--grace-period=0")).Expect(0);
        Assert.Equal("", gc.Stdout);
        Assert.Equal("exited garbage", await pod.StateAsync(Ct));
        _ = (await Podctl.RunAsync(Ct, "gc", "--grace-period=1h")).Expect(0);
        Assert.Equal("exited garbage", await pod.StateAsync(Ct));
        _ = (await Podctl.RunAsync(Ct, "gc", "--grace-period=1ms")).Expect(0);
        await ExpectNothingLeftAsync();
    }

    [SystemFact]
    public async Task Gc_at_once_with_gc_stop_and_rm_does_no_harm()
    {
        for (int i = 0; i < 3; i++)
        {
            TestPod running = await DetachAsync("sleep", "60");
            TestPod[] ended = [await DetachAsync("true"), await DetachAsync("true"), await DetachAsync("true"), await DetachAsync("true")];
            foreach (TestPod pod in ended)
            {
                _ = await pod.WaitForEndAsync(Ct);
            }

            CliResult[] results = await Task.WhenAll(
                Podctl.RunAsync(Ct, "gc", "--grace-period=0"),
                Podctl.RunAsync(Ct, "gc", "--grace-period=0"),
                Podctl.RunAsync(Ct, "rm", "--force", running.Uuid),
                Podctl.RunAsync(Ct, "gc", "--grace-period=0"),
                Podctl.RunAsync(Ct, "list"));
            Assert.All(results, static result => result.Expect(0));
        }

        await ExpectNothingLeftAsync();
    }
}
