using PodManager.Lifecycle;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Lifecycle;

public sealed class LimitControllersTests
{
    [Fact]
    public void Each_limit_needs_its_controller()
    {
        Assert.Equal(["memory"], LimitControllers.Wanted(new ResourceLimits { MemoryBytes = 1 << 20 }));
        Assert.Equal(["cpu"], LimitControllers.Wanted(new ResourceLimits { CpuMillis = 500 }));
        Assert.Equal(["cpu"], LimitControllers.Wanted(new ResourceLimits { CpuShares = 2 }));
        Assert.Equal(["pids"], LimitControllers.Wanted(new ResourceLimits { Tasks = 10 }));
        Assert.Equal(["io"], LimitControllers.Wanted(new ResourceLimits { IoWeight = 10 }));
        Assert.Equal(["io"], LimitControllers.Wanted(new ResourceLimits { Io = [new IoLimit("/", 1, null, null, null)] }));
    }

    [Fact]
    public void A_limit_that_is_taken_away_needs_none() =>
        Assert.Empty(LimitControllers.Wanted(new ResourceLimits { MemoryBytes = ResourceLimits.None, CpuMillis = ResourceLimits.None, Tasks = ResourceLimits.None, IoWeight = ResourceLimits.None }));

    [Fact]
    public void What_the_host_lacks_is_told()
    {
        Assert.Equal(["memory", "io"], LimitControllers.Missing(["memory", "cpu", "io"], "cpuset cpu pids\n"));
        Assert.Empty(LimitControllers.Missing(["memory"], "memory\n"));
        Assert.Equal(["memory"], LimitControllers.Missing(["memory"], "\n"));
        Assert.Empty(LimitControllers.Missing(["memory"], null));
    }
}
