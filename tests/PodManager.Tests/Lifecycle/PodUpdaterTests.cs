using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Tests.Images;
using Xunit;

namespace PodManager.Tests.Lifecycle;

public sealed class PodUpdaterTests
{
    private readonly FakePods _pods = new();
    private readonly List<PodId> _reports = [];

    [Fact]
    public void A_running_pods_scope_and_its_record_change()
    {
        PodId pod = _pods.Add(PodState.Running, static pod => pod with { Record = pod.Record! with { Limits = new ResourceLimits { MemoryBytes = 1 << 30, Tasks = 7 } } });
        Update(pod, null, new ResourceLimits { MemoryBytes = ResourceLimits.None, CpuMillis = 1500, CpuShares = 512, IoWeight = 50 });
        Assert.Equal([$"edit {pod}", $"set {pod.ScopeName} MemoryMax={ulong.MaxValue} CPUQuotaPerSecUSec=1500000 CPUWeight=50 IOWeight=50"], _pods.Calls);
        Assert.Equivalent(new ResourceLimits { Tasks = 7, CpuMillis = 1500, CpuShares = 512, IoWeight = 50 }, _pods.Pods[pod].Record!.Limits, strict: true);
        Assert.Equal([pod], _reports);
    }

    [Fact]
    public void Of_a_prepared_pod_only_the_record_changes()
    {
        PodId pod = _pods.Add(PodState.Prepared, static pod => pod with { IsPrepared = true });
        Update(pod, Records.Name("web"), new ResourceLimits { Tasks = 5 });
        Assert.Equal([$"sync {pod}"], _pods.Calls);
        Assert.Equal(5, _pods.Pods[pod].Apps[0].Isolation.Tasks);
        Assert.True(_pods.Pods[pod].Record!.Limits.IsEmpty);
    }

    [Theory]
    [InlineData((int)PodState.Exited)]
    [InlineData((int)PodState.AbortedPrepare)]
    public void A_pod_that_is_not_up_keeps_its_limits(int state)
    {
        PodId pod = _pods.Add((PodState)state);
        PodctlException e = Assert.Throws<PodctlException>(() => Update(pod, null, new ResourceLimits { Tasks = 5 }));
        Assert.Equal(ExitCode.WrongState, e.Code);
        Assert.Empty(_reports);
        Assert.True(_pods.Pods[pod].Record!.Limits.IsEmpty);
    }

    [Fact]
    public void An_app_that_is_not_there_is_told()
    {
        PodId pod = _pods.Add(PodState.Running);
        PodctlException e = Assert.Throws<PodctlException>(() => Update(pod, Records.Name("db"), new ResourceLimits { Tasks = 5 }));
        Assert.Equal(ExitCode.NotFound, e.Code);
        Assert.DoesNotContain(_pods.Calls, static call => call.StartsWith("set", StringComparison.Ordinal));
    }

    [Fact]
    public void Limits_of_one_path_replace_those_before()
    {
        ResourceLimits limits = new() { Io = [new IoLimit("/a", 1, 2, null, null), new IoLimit("/b", 3, null, null, null)] };
        Assert.Equal(
            [new IoLimit("/b", 3, null, null, null), new IoLimit("/a", null, 5, null, null)], limits.With(new ResourceLimits { Io = [new IoLimit("/a", null, 5, null, null)] }).Io);
    }

    private void Update(PodId pod, AppName? app, ResourceLimits change) =>
        new PodUpdater(_pods, new PodService(_pods, _pods, () => _pods, TimeProvider.System), () => _pods, null!, new FakeMessages()).Update([pod], app, change, _reports.Add, CancellationToken.None);
}
