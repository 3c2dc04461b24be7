using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Store;
using PodManager.Tests.Store;
using Xunit;

namespace PodManager.Tests.Lifecycle;

public sealed class PodServiceTests
{
    private readonly FakePods _pods = new();
    private readonly PodService _service;
    private readonly List<string> _reports = [];

    public PodServiceTests() => _service = new PodService(_pods, _pods, () => _pods, TimeProvider.System);

    [Fact]
    public void Pods_are_all_asked_to_stop_before_the_first_is_waited_for()
    {
        PodId a = _pods.Add(PodState.Running), b = _pods.Add(PodState.Running);
        Stop([a, b], isForced: false);
        Assert.Equal([$"stop {a.ScopeName}", $"stop {b.ScopeName}", $"wait {a.ScopeName}", $"wait {b.ScopeName}"], _pods.Calls);
        Assert.Equal([$"{a} Stopped", $"{b} Stopped"], _reports);
    }

    [Fact]
    public void A_forced_stop_kills()
    {
        PodId pod = _pods.Add(PodState.Running);
        Stop([pod], isForced: true);
        Assert.Equal([$"kill {pod.ScopeName} All 9"], _pods.Calls);
    }

    [Fact]
    public void A_paused_pod_goes_on_so_that_it_can_stop()
    {
        PodId pod = _pods.Add(PodState.Paused);
        Stop([pod], isForced: false);
        Assert.Equal([$"thaw {pod.ScopeName}", $"stop {pod.ScopeName}", $"wait {pod.ScopeName}"], _pods.Calls);
    }

    [Fact]
    public void A_pod_is_paused_and_goes_on_once()
    {
        PodId running = _pods.Add(PodState.Running), paused = _pods.Add(PodState.Paused), ended = _pods.Add(PodState.Exited), prepared = _pods.Add(PodState.Prepared);
        List<PodId> done = [];
        PodctlException e = Assert.Throws<PodctlException>(() => _service.Pause([running, paused, ended, prepared], done.Add));
        Assert.Equal(ExitCode.WrongState, e.Code);
        Assert.Equal([running, paused], done);
        Assert.Equal([$"freeze {running.ScopeName}"], _pods.Calls);

        _pods.Calls.Clear();
        _service.Resume([running, paused], done.Add);
        Assert.Equal([$"thaw {paused.ScopeName}"], _pods.Calls);
    }

    [Fact]
    public void A_pod_is_known_by_its_name()
    {
        PodId pod = _pods.Add(PodState.Running, static pod => pod with { Record = pod.Record! with { Name = Records.PodName("shop") } });
        Assert.Equal(pod, _service.Resolve("shop"));
        Assert.Equal(pod, _service.Resolve(pod.ToString()[..8]));
        Assert.Equal(ExitCode.NotFound, Assert.Throws<PodctlException>(() => _service.Resolve("shop2")).Code);
    }

    [Fact]
    public void A_pod_that_has_ended_is_stopped_already()
    {
        PodId pod = _pods.Add(PodState.Exited);
        Stop([pod], isForced: false);
        Assert.Equal([$"{pod} AlreadyStopped"], _reports);
        Assert.Empty(_pods.Calls);
    }

    [Fact]
    public void A_pod_that_only_claims_to_have_ended_is_stopped()
    {
        PodId pod = _pods.Add(PodState.Exited, static pod => pod with { HasProcesses = true });
        Stop([pod], isForced: false);
        Assert.Equal([$"{pod} Stopped"], _reports);
    }

    [Theory]
    [InlineData(PodState.Preparing)]
    [InlineData(PodState.AbortedPrepare)]
    internal void A_pod_that_never_ran_cannot_be_stopped_and_the_others_are(PodState state)
    {
        PodId bad = _pods.Add(state), good = _pods.Add(PodState.Running);
        PodctlException e = Assert.Throws<PodctlException>(() => Stop([bad, good], isForced: false));
        Assert.Equal(ExitCode.WrongState, e.Code);
        Assert.Equal([$"{good} Stopped"], _reports);
    }

    [Fact]
    public void Several_failures_are_one()
    {
        PodId a = _pods.Add(PodState.Preparing), b = _pods.Add(PodState.Preparing);
        PodctlException e = Assert.Throws<PodctlException>(() => Stop([a, b], isForced: false));
        Assert.Equal(ExitCode.WrongState, e.Code);
        Assert.Contains(a.ToString(), e.Message, StringComparison.Ordinal);
        Assert.Contains(b.ToString(), e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PodState.Exited)]
    [InlineData(PodState.ExitedGarbage)]
    [InlineData(PodState.AbortedPrepare)]
    [InlineData(PodState.Deleting)]
    internal void A_pod_that_does_not_run_is_removed(PodState state)
    {
        PodId pod = _pods.Add(state);
        Remove([pod], isForced: false);
        Assert.Empty(_pods.Pods);
        Assert.Equal([pod.ToString()], _reports);
    }

    [Fact]
    public void A_pod_that_is_still_being_taken_apart_is_waited_for()
    {
        PodId pod = _pods.Add(PodState.Exited, static pod => pod with { HasProcesses = true });
        Remove([pod], isForced: false);
        Assert.Empty(_pods.Pods);
        Assert.Empty(_pods.Calls);
    }

    [Fact]
    public void A_pod_that_runs_is_not_removed()
    {
        PodId running = _pods.Add(PodState.Running), claims = _pods.Add(PodState.Exited, static pod => pod with { HasProcesses = true }), ended = _pods.Add(PodState.Exited);
        _ = _pods.Immortal.Add(claims);
        PodctlException e = Assert.Throws<PodctlException>(() => Remove([running, claims, ended], isForced: false));
        Assert.Equal(ExitCode.WrongState, e.Code);
        Assert.Equal([ended.ToString()], _reports);
        Assert.Equal(2, _pods.Pods.Count);
    }

    [Fact]
    public void A_forced_removal_kills_first()
    {
        PodId pod = _pods.Add(PodState.Running);
        Remove([pod], isForced: true);
        Assert.Equal([$"kill {pod.ScopeName} All 9"], _pods.Calls);
        Assert.Empty(_pods.Pods);
    }

    [Theory]
    [InlineData(PodState.Preparing, false)]
    [InlineData(PodState.Preparing, true)]
    [InlineData(PodState.Exited, false)]
    internal void A_pod_that_somebody_works_on_is_not_removed(PodState state, bool isForced)
    {
        PodId pod = _pods.Add(state);
        _ = _pods.Locked.Add(pod);
        Assert.Equal(ExitCode.WrongState, Assert.Throws<PodctlException>(() => Remove([pod], isForced)).Code);
    }

    [Fact]
    public void Garbage_is_marked_and_what_was_marked_long_ago_is_removed()
    {
        PodId running = _pods.Add(PodState.Running), exited = _pods.Add(PodState.Exited), aborted = _pods.Add(PodState.AbortedPrepare);
        PodId preparing = _pods.Add(PodState.Preparing), claims = _pods.Add(PodState.Exited, static pod => pod with { HasProcesses = true });
        PodId old = _pods.Add(PodState.ExitedGarbage, static pod => pod with { Marked = DateTimeOffset.UtcNow - TimeSpan.FromHours(1) });
        _ = _pods.Immortal.Add(claims);
        _pods.FailedUnits.AddRange([exited.ScopeName, "rkt-else.scope"]);

        Collect(TimeSpan.FromMinutes(30), isMarkOnly: false);

        Assert.Equal(new HashSet<PodId> { running, exited, preparing, claims }, [.. _pods.Pods.Keys]);
        Assert.Equal(["Marked", "Marked", "Kept", "Removing", "Removing", "Leftover", "Leftover"], _reports.Order(StringComparer.Ordinal).OrderBy(static r => Array.IndexOf(["Marked", "Kept", "Removing", "Leftover"], r)));
        Assert.Equal(["leftovers", $"reset {exited.ScopeName}"], _pods.Calls);
        Assert.Equal(PodState.ExitedGarbage, _pods.Pods[exited].State);
        _ = aborted;
        _ = old;
    }

    [Fact]
    public void Garbage_on_disk_is_marked_and_removed()
    {
        using TemporaryDirectory data = new();
        PodStore store = new(data.Path, TimeProvider.System);
        PodRecord aborted = Records.New("web"), exited = Records.New("web"), preparing = Records.New("web");
        store.Reserve(aborted.Uuid).Dispose();
        using (IPodHandle handle = store.Reserve(aborted.Uuid))
        {
            handle.Publish(aborted);
        }

        using (IPodHandle handle = store.Reserve(exited.Uuid))
        {
            handle.Publish(exited);
            handle.WriteLeader(Environment.ProcessId);
        }

        using IPodHandle kept = store.Reserve(preparing.Uuid);
        kept.Publish(preparing);
        new PodService(store, _pods, () => _pods, TimeProvider.System).CollectGarbage(
            new GarbageOptions(TimeSpan.Zero, TimeSpan.Zero, MarkOnly: false), what => _reports.Add(what.GetType().Name), CancellationToken.None);

        Assert.Equal([preparing.Uuid], store.Ids());
        Assert.Equal(["Marked", "Marked", "Removing", "Removing"], _reports);
    }

    [Fact]
    public void Marking_removes_nothing()
    {
        PodId old = _pods.Add(PodState.ExitedGarbage, static pod => pod with { Marked = DateTimeOffset.UnixEpoch });
        PodId exited = _pods.Add(PodState.Exited);
        Collect(TimeSpan.Zero, isMarkOnly: true);
        Assert.Equal(2, _pods.Pods.Count);
        Assert.Equal(["Marked"], _reports);
        Assert.Equal(PodState.ExitedGarbage, _pods.Pods[exited].State);
        _ = old;
    }

    [Fact]
    public void Without_a_grace_period_it_is_done_at_once()
    {
        _ = _pods.Add(PodState.Exited);
        Collect(TimeSpan.Zero, isMarkOnly: false);
        Assert.Empty(_pods.Pods);
    }

    [Fact]
    public void What_pods_had_of_their_networks_is_given_back()
    {
        PodId stopped = _pods.Add(PodState.Running), removed = _pods.Add(PodState.Exited), gone = PodId.New(), running = _pods.Add(PodState.Running);
        _pods.Joined.UnionWith([stopped, removed, gone, running]);
        _ = _pods.Immortal.Add(running);
        Stop([stopped], isForced: false);
        Remove([removed], isForced: false);
        Collect(TimeSpan.FromHours(1), isMarkOnly: false);
        Assert.Equal([$"leave {stopped}", $"leave {removed}", $"leave {gone}"], _pods.Calls.Where(static call => call.StartsWith("leave", StringComparison.Ordinal)));
        Assert.Equal(ExitCode.WrongState, Assert.Throws<PodctlException>(() => _service.ReleaseNetworks([running])).Code);
        _service.ReleaseNetworks([]);
        _service.ReleaseNetworks([gone]);
        Assert.Equal([running], _pods.Joined);
    }

    [Fact]
    public void Networks_stay_if_whoever_collects_could_not_call_plugins()
    {
        PodId gone = PodId.New();
        _ = _pods.Joined.Add(gone);
        _service.CollectGarbage(new GarbageOptions(TimeSpan.Zero, TimeSpan.Zero, MarkOnly: false) { KeepNetworks = true }, static _ => { }, CancellationToken.None);
        Assert.Equal([gone], _pods.Joined);
    }

    [Fact]
    public void Pods_that_run_are_connected_anew()
    {
        PodNetwork network = new("default", "eth0", ["10.0.0.2/24"], [], null);
        PodId pod = _pods.Add(PodState.Running, pod => pod with { LeaderPid = Environment.ProcessId, Networks = [network] });
        _ = _pods.Add(PodState.Running, static pod => pod with { LeaderPid = 78 });
        _ = _pods.Add(PodState.Exited, pod => pod with { Networks = [network] });
        _service.ReloadNetworks([], pod => _reports.Add(pod.ToString()));
        Assert.StartsWith($"renew {pod} /proc/{Environment.ProcessId}/fd/", Assert.Single(_pods.Calls), StringComparison.Ordinal);
        Assert.Equal([pod.ToString()], _reports);
    }

    [Fact]
    public void Waiting_for_a_pod_that_goes_on_fails()
    {
        PodId pod = _pods.Add(PodState.Running);
        PodctlException e = Assert.Throws<PodctlException>(() => _service.WaitForEnd(pod, TimeSpan.FromSeconds(5), CancellationToken.None));
        Assert.Equal($"pod '{pod}' did not end within 5s", e.Message);
        Assert.Equal(ExitCode.NotFound, Assert.Throws<PodctlException>(() => _service.WaitForEnd(PodId.New(), null, CancellationToken.None)).Code);
    }

    private void Stop(PodId[] pods, bool isForced) => _service.Stop(pods, isForced, (pod, outcome) => _reports.Add($"{pod} {outcome}"), CancellationToken.None);

    private void Remove(PodId[] pods, bool isForced) => _service.Remove(pods, isForced, pod => _reports.Add(pod.ToString()), CancellationToken.None);

    private void Collect(TimeSpan grace, bool isMarkOnly) => _service.CollectGarbage(
        new GarbageOptions(grace, TimeSpan.FromHours(24), isMarkOnly), what => _reports.Add(what.GetType().Name), CancellationToken.None);
}
