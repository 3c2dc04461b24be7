using PodManager.Pods;
using PodManager.Store;
using Xunit;

namespace PodManager.Tests.Store;

public sealed class PodMeterTests : IDisposable
{
    private readonly TemporaryDirectory _cgroup = new();

    public void Dispose() => _cgroup.Dispose();

    [Fact]
    public void The_kernel_s_figures_are_read()
    {
        Write("cgroup.procs", "1\n2\n");
        Write("cpu.stat", "usage_usec 2500000\nuser_usec 1\n");
        Write("cpu.max", "80000 100000\n");
        Write("memory.current", "1048576\n");
        Write("memory.max", "max\n");
        Write("memory.events", "low 0\noom 3\noom_kill 2\n");
        Write("pids.current", "7\n");
        Write("pids.max", "20\n");
        Write("io.stat", "8:0 rbytes=100 wbytes=5 rios=1\n8:16 rbytes=11 wbytes=6\n");
        Assert.Equal(
            new ResourceFigures
            {
                CpuTime = TimeSpan.FromSeconds(2.5),
                CpuLimitMillis = 800,
                MemoryBytes = 1 << 20,
                OomKills = 2,
                Tasks = 7,
                TaskLimit = 20,
                ReadBytes = 111,
                WrittenBytes = 11,
            },
            PodMeter.MeasureAt(_cgroup.Path));
    }

    [Fact]
    public void A_host_without_controllers_has_few_figures()
    {
        Assert.Null(PodMeter.MeasureAt(_cgroup.Path));
        Write("cgroup.procs", "");
        Write("cpu.stat", "usage_usec 1000\n");
        Assert.Equal(new ResourceFigures { CpuTime = TimeSpan.FromMilliseconds(1) }, PodMeter.MeasureAt(_cgroup.Path));
    }

    [Theory]
    [InlineData("max 100000", null)]
    [InlineData("50000 100000", 500L)]
    [InlineData("300000 100000", 3000L)]
    [InlineData("1 0", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_limit_of_CPU_time_is_in_thousandths(string? text, long? millis) => Assert.Equal(millis, PodMeter.CpuLimit(text));

    private void Write(string file, string text) => File.WriteAllText(_cgroup[file], text);
}
