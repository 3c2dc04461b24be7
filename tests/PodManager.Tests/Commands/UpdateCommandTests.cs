using PodManager.Lifecycle;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Commands;

public sealed class UpdateCommandTests
{
    [Fact]
    public async Task Limits_of_a_pod_are_set_and_taken_away()
    {
        CommandLineHarness harness = new();
        PodId pod = harness.Store.Add(PodState.Running);
        (int code, string text) = await harness.RunAsync("update", "--memory=64Mi", "--pids-limit=none", "--io-limit=/,read=10M,write-iops=500", pod.ToString());
        Assert.Equal(0, code);
        Assert.Equal($"\"{pod}\"\n", text);
        Assert.Equal($"set {pod.ScopeName} MemoryMax=67108864 TasksMax={ulong.MaxValue} IOReadBandwidthMax IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax", harness.Store.Calls[^1]);
        Assert.Equal([new IoLimit("/", 10_000_000, null, null, 500)], harness.Store.Pods[pod].Record!.Limits.Io);
    }

    [Theory]
    [InlineData("must provide a limit to change")]
    [InlineData("is no size such as 64M", "--memory=much")]
    [InlineData("is no number from 1 to 10000", "--io-weight=0")]
    [InlineData("--io-limit is for the pod as a whole", "--app=web", "--io-limit=/,read=1M")]
    [InlineData("there is nothing at '/no/such/disk'", "--io-limit=/no/such/disk,read=1M")]
    [InlineData("is no absolute path", "--io-limit=sda,read=1M")]
    [InlineData("limits nothing", "--io-limit=/")]
    [InlineData("neither read, write", "--io-limit=/,rate=1M")]
    [InlineData("'/' is given twice", "--io-limit=/,read=1M", "--io-limit=/,write=1M")]
    public async Task Bad_changes_are_told(string fault, params string[] flags)
    {
        CommandLineHarness harness = new();
        PodId pod = harness.Store.Add(PodState.Running);
        PodctlException e = await Assert.ThrowsAsync<PodctlException>(() => harness.RunAsync(["update", .. flags, pod.ToString()]));
        Assert.Equal(ExitCode.Usage, e.Code);
        Assert.Contains(fault, e.Message, StringComparison.Ordinal);
        Assert.Empty(harness.Store.Calls);
    }

    [Fact]
    public async Task A_limit_before_the_first_image_is_the_pods()
    {
        RunOptions options = await CommandLineHarness.OptionsOf("--memory=1Gi", "--cpu=2", "busybox", "--memory=64Mi", "--io-weight=10", "--ulimit=nofile=100:200", "--ulimit=core=0");
        Assert.Equivalent(new ResourceLimits { MemoryBytes = 1 << 30, CpuMillis = 2000 }, options.Pod.Limits, strict: true);
        AppIsolation app = options.Pod.Apps[0].Isolation;
        Assert.Equivalent(new ResourceLimits { MemoryBytes = 64 << 20, IoWeight = 10 }, app.Limits, strict: true);
        Assert.Equal([new Ulimit("NOFILE", 100, 200), new Ulimit("CORE", 0, 0)], app.Ulimits);
    }

    [Theory]
    [InlineData("nofile=10:5", "soft limit is above")]
    [InlineData("nofile=unlimited:5", "soft limit is above")]
    [InlineData("files=5", "is no limit such as nofile")]
    [InlineData("nofile", "is no limit such as nofile")]
    [InlineData("nofile=1:2:3", "is no limit such as 1024")]
    [InlineData("nofile=-2", "is no limit such as 1024")]
    public void Bad_ulimits_are_told(string text, string fault) => Assert.Contains(fault, Ulimit.Parse(text, out _), StringComparison.Ordinal);

    [Theory]
    [InlineData("nofile=100", "100")]
    [InlineData("NOFILE=5:unlimited", "5:infinity")]
    [InlineData("core=-1", "infinity")]
    public void A_ulimit_is_systemds(string text, string value)
    {
        Assert.Null(Ulimit.Parse(text, out Ulimit? limit));
        Assert.Equal(value, limit!.Value);
    }
}
