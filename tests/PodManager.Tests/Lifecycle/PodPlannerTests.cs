using Common.Contract;
using PodManager.Lifecycle;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Lifecycle;

public sealed class PodPlannerTests
{
    private static readonly StartOptions Detached = new() { Mode = RunMode.Detached };

    [Fact]
    public void A_start_adds_what_is_known_only_then()
    {
        PodRecord designed = Records.New("web", "db") with { PrivateUsers = new IdRange(1 << 30, 65536) };
        PodPlanner planner = new(designed, new StartOptions { Mode = RunMode.Foreground, HostName = "h", Network = NetworkMode.Host }, "xterm", 0);
        Assert.Equal(("h", NetworkMode.Host, RunMode.Foreground), (planner.Record.Hostname, planner.Record.Network, planner.Record.Mode));
        Assert.All(planner.Apps, static app => Assert.Equal((AppStreams.Foreground, false), (app.Streams, app.HasInput)));

        PodPlan plan = planner.Plan(new PodDirectories(designed.Uuid, "/pods/x", "/journal"), console: null);
        Assert.Equal(["web", "db"], plan.Apps.Select(static app => app.Name));
        Assert.Equal("/pods/x/upper/db", plan.Apps[1].UpperDirectory);
        Assert.Contains(plan.Files, static file => file.Path == "/etc/systemd/system/db.service");
        Assert.True(plan.HostNetwork);
    }

    [Fact]
    public void An_app_at_a_terminal_is_told_which_one_unless_it_says_so_itself()
    {
        StartOptions interactive = new() { Mode = RunMode.Interactive };
        Assert.Contains("TERM=xterm", new PodPlanner(Records.New("web"), interactive, "xterm", 0).Apps[0].Environment);
        Assert.Contains("TERM=linux", new PodPlanner(Records.New("web"), interactive, null, 0).Apps[0].Environment);
        PodRecord own = Records.New("web");
        own = own with { Apps = [own.Apps[0] with { Environment = ["TERM=dumb"] }] };
        Assert.Equal(["TERM=dumb"], new PodPlanner(own, interactive, "xterm", 0).Apps[0].Environment);
        Assert.DoesNotContain("TERM=xterm", new PodPlanner(Records.New("web"), Detached, "xterm", 0).Apps[0].Environment);
    }

    [Fact]
    public void What_does_not_go_together_is_refused()
    {
        Assert.Throws<PodctlException>(() => new PodPlanner(Records.New("web", "db"), new StartOptions { Mode = RunMode.Interactive }, null, 0));
        PodRecord restarted = Records.New("web");
        restarted = restarted with { Apps = [restarted.Apps[0] with { Restart = RestartPolicy.Always }] };
        Assert.Throws<PodctlException>(() => new PodPlanner(restarted, new StartOptions { Mode = RunMode.Foreground }, null, 252));
        PodRecord unhealthy = Records.New("web");
        unhealthy = unhealthy with { Apps = [unhealthy.Apps[0] with { Health = new HealthCheck { Command = ["x"], OnFailure = HealthAction.Restart } }] };
        Assert.Throws<PodctlException>(() => new PodPlanner(unhealthy, new StartOptions { Mode = RunMode.Foreground }, null, 0));
        Assert.NotNull(new PodPlanner(unhealthy, Detached, null, 0).Apps[0].Health);
        Assert.False(new PodPlanner(restarted, Detached, null, 252).Apps[0].HasRestartSteps);
        Assert.True(new PodPlanner(restarted, Detached, null, 254).Apps[0].HasRestartSteps);
    }

    [Theory]
    [InlineData(InsecureOptions.None, InsecureOptions.None, true, true)]
    [InlineData(InsecureOptions.None, InsecureOptions.Capabilities, false, true)]
    [InlineData(InsecureOptions.Seccomp, InsecureOptions.None, true, false)]
    [InlineData(InsecureOptions.None, InsecureOptions.Seccomp | InsecureOptions.Capabilities, false, false)]
    internal void Protections_are_turned_off_by_name(InsecureOptions designed, InsecureOptions started, bool hasCapabilities, bool hasSystemCalls)
    {
        PodRecord record = Records.New("web");
        record = record with
        {
            InsecureOptions = designed,
            Apps = [record.Apps[0] with { Isolation = new AppIsolation { Capabilities = ["CAP_KILL"], SystemCalls = SystemCalls.DefaultFor(["CAP_KILL"], hasOwnUsers: false) } }],
        };
        PodPlanner planner = new(record, Detached with { InsecureOptions = started }, null, 0);
        Assert.Equal(designed | started, planner.Record.InsecureOptions);
        Assert.Equal(hasCapabilities, planner.Apps[0].Isolation.Capabilities is not null);
        Assert.Equal(hasSystemCalls, planner.Apps[0].Isolation.SystemCalls is not null);

        // All capabilities are of no use without the calls that they are for.
        Assert.Equal(hasSystemCalls && !hasCapabilities, planner.Apps[0].Isolation.SystemCalls?.Names.Contains("@mount") ?? false);
    }

    [Fact]
    public void The_pod_s_manager_keeps_what_any_app_may()
    {
        PodRecord record = Records.New("web", "db");
        record = record with
        {
            PrivateUsers = new IdRange(1 << 30, 65536),
            Apps =
            [
                record.Apps[0] with { Isolation = new AppIsolation { Capabilities = [], SystemCalls = SystemCalls.DefaultFor([], hasOwnUsers: true) } },
                record.Apps[1] with { Isolation = new AppIsolation { Capabilities = ["CAP_SYS_ADMIN", "CAP_SYS_TIME"], SystemCalls = SystemCalls.DefaultFor(["CAP_SYS_ADMIN"], hasOwnUsers: true) } },
            ],
        };
        PodPlan plan = new PodPlanner(record, Detached, null, 0).Plan(new PodDirectories(record.Uuid, "/pods/x", "/journal"), console: null);
        Assert.False(plan.NoNestedUsers);
        Assert.DoesNotContain(25, plan.DroppedCapabilities); // CAP_SYS_TIME
        Assert.Contains(16, plan.DroppedCapabilities); // CAP_SYS_MODULE
    }
}
