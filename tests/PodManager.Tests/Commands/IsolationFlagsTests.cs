using PodManager.Commands;
using PodManager.Lifecycle;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Commands;

public sealed class IsolationFlagsTests
{
    [Theory]
    [InlineData("2", 2000)]
    [InlineData("500m", 500)]
    [InlineData("0.5", 500)]
    [InlineData(".5", 500)]
    [InlineData("2e3", 2_000_000)]
    [InlineData("1E", 1_000_000_000_000_000_000_000d)]
    [InlineData("64M", 64_000_000_000)]
    [InlineData("1.5Gi", 1_610_612_736_000)]
    [InlineData("1n", 1)]
    public void A_quantity_is_exact_or_refused(string text, double millis)
    {
        bool fits = millis <= long.MaxValue;
        Assert.Equal(fits, Quantity.TryParseMillis(text, out long value));
        Assert.Equal(fits ? (long)millis : 0, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("M")]
    [InlineData("-1")]
    [InlineData("1 M")]
    [InlineData("1MB")]
    [InlineData("1e")]
    [InlineData("1.2.3")]
    [InlineData("0x10")]
    [InlineData("99999999999999999999999999999999999")]
    public void What_is_no_quantity_is_refused(string text) => Assert.False(Quantity.TryParseMillis(text, out _));

    [Fact]
    public async Task Everything_that_isolates_an_app_can_be_said()
    {
        AppOptions options = await CommandLineHarness.AppOf(
            "busybox", "--memory=64Mi", "--cpu=1.5", "--cpu-shares=512", "--pids-limit=20", "--oom-score-adj=300", "--caps-remove=CAP_MKNOD,net_raw", "--no-new-privs",
            "--readonly-rootfs", "--supplementary-gids=5,77", "--seccomp", "mode=remove,errno=ENOSYS,mkdir,@mount");

        AppIsolation isolation = options.Isolation;
        Assert.Equal(64L << 20, isolation.MemoryBytes);
        Assert.Equal(1500, isolation.CpuMillis);
        Assert.Equal(512, isolation.CpuShares);
        Assert.Equal(20, isolation.Tasks);
        Assert.Equal(300, isolation.OomScoreAdjustment);
        Assert.Equal(Capabilities.Default.Except(["CAP_MKNOD", "CAP_NET_RAW"]), isolation.Capabilities);
        Assert.True(isolation.NoNewPrivileges);
        Assert.True(isolation.ReadOnlyRoot);
        Assert.Equal([5u, 77u], options.SupplementaryGids!);
        Assert.Equivalent(new SystemCallFilter(IsAllowList: false, ["mkdir", "@mount"], [], "ENOSYS", MayMakeNamespaces: true), isolation.SystemCalls, strict: true);
    }

    [Theory]
    [InlineData("--memory=1", "too low")]
    [InlineData("--memory=lots", "no size")]
    [InlineData("--cpu=0", "no number of CPUs")]
    [InlineData("--cpu=1e9", "from 1m to 8192")]
    [InlineData("--pids-limit=4194305", "from 1 to 4194304")]
    [InlineData("--cpu-shares=1", "from 2 to 262144")]
    [InlineData("--pids-limit=0", "from 1 to 4194304")]
    [InlineData("--oom-score-adj=1001", "from -1000 to 1000")]
    [InlineData("--oom-score-adj=-1", "--private-users=no")]
    [InlineData("--caps-retain=CAP_EVERYTHING", "is no capability")]
    [InlineData("--supplementary-gids=users", "no number of a group")]
    [InlineData("--seccomp=mkdir", "no mode")]
    [InlineData("--seccomp=mode=retain", "names no system call")]
    [InlineData("--seccomp=mode=keep,mkdir", "neither mode=retain")]
    [InlineData("--seccomp=mode=retain,mode=remove,mkdir", "once each")]
    [InlineData("--seccomp=mode=remove,errno=EODD,mkdir", "'errno=EODD' is neither")]
    [InlineData("--seccomp=mode=retain,Mk dir", "neither a system call nor a set")]
    public async Task What_cannot_be_meant_is_refused(string flag, string message) =>
        Assert.Contains(message, (await CommandLineHarness.FailureOf("run", "busybox", flag)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Both_lists_of_capabilities_exclude_each_other() => Assert.Contains(
        "exclude each other", (await CommandLineHarness.FailureOf("run", "busybox", "--caps-retain=CAP_KILL", "--caps-remove=CAP_CHOWN")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("mode=retain,@appc.io/all", null)]
    [InlineData("mode=remove,@appc.io/empty", "default")]
    [InlineData("mode=retain,@rkt/default-whitelist,errno=EPERM", "default")]
    [InlineData("mode=retain,@rkt/default-whitelist,unshare", "default and unshare")]
    [InlineData("mode=remove,@systemd/clock", "without @clock")]
    public void Rkt_s_words_keep_their_meaning(string text, string? meaning)
    {
        Assert.Null(SeccompOption.Read(text, out SeccompOption? option));
        SystemCallFilter standard = SystemCalls.DefaultFor(Capabilities.Default, hasOwnUsers: true);
        SystemCallFilter? filter = option!.Filter(Capabilities.Default, hasOwnUsers: true);
        switch (meaning)
        {
            case null:
                Assert.Null(filter);
                break;
            case "default":
                Assert.Equal(standard.Names, filter!.Names);
                Assert.Equal(standard.Except, filter.Except);
                break;
            case "default and unshare":
                Assert.Contains("unshare", filter!.Names);
                Assert.DoesNotContain("unshare", filter.Except);
                break;
            default:
                Assert.False(filter!.IsAllowList);
                Assert.Equal(["@clock"], filter.Names);
                break;
        }
    }

    [Fact]
    public void A_capability_brings_its_system_calls()
    {
        SystemCallFilter ordinary = SystemCalls.DefaultFor(Capabilities.Default, hasOwnUsers: true);
        Assert.DoesNotContain("@mount", ordinary.Names);
        Assert.Contains("unshare", ordinary.Except);
        Assert.Contains("chroot", ordinary.Names);
        SystemCallFilter administrator = SystemCalls.DefaultFor(["CAP_SYS_ADMIN"], hasOwnUsers: true);
        Assert.Contains("@mount", administrator.Names);
        Assert.DoesNotContain("unshare", administrator.Except);
        Assert.DoesNotContain("chroot", administrator.Names);
        Assert.False(SystemCalls.DefaultFor(Capabilities.Default, hasOwnUsers: false).MayMakeNamespaces);
    }

    [Fact]
    public void The_pod_s_manager_keeps_what_it_and_its_app_need()
    {
        IReadOnlyList<int> dropped = Capabilities.Dropped([["CAP_SYS_TIME"], ["CAP_KILL"]]);
        Assert.Contains(16, dropped); // CAP_SYS_MODULE
        Assert.DoesNotContain(25, dropped); // CAP_SYS_TIME
        Assert.DoesNotContain(21, dropped); // CAP_SYS_ADMIN
        Assert.Empty(Capabilities.Dropped([null, ["CAP_KILL"]]));
    }
}
