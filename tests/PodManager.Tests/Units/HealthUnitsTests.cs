using PodManager.Pods;
using PodManager.Units;
using Xunit;

namespace PodManager.Tests.Units;

public sealed class HealthUnitsTests
{
    private static readonly AppSpec App = new()
    {
        Name = "web",
        Description = "registry.example/web:1.0",
        Program = "/bin/web",
        Arguments = ["/bin/web"],
        Environment = ["PATH=/usr/bin:bin:/a b:/bin"],
        WorkingDirectory = "/srv",
        Uid = 1000,
        Gid = 1000,
        StopSignal = "SIGTERM",
        Streams = AppStreams.Journal,
        Isolation = new AppIsolation { Capabilities = ["CAP_KILL"], NoNewPrivileges = true, MemoryBytes = 64 << 20 },
        Health = new HealthCheck { Command = ["check", "100%", "$HOME"], Interval = TimeSpan.FromSeconds(1.5), StartPeriod = TimeSpan.FromSeconds(10.2), StartInterval = TimeSpan.FromMilliseconds(500) },
    };

    [Theory]
    [InlineData(HealthAction.None)]
    [InlineData(HealthAction.Restart)]
    [InlineData(HealthAction.Stop)]
    [InlineData(HealthAction.Kill)]
    internal void An_app_with_a_check_says_what_becomes_of_it(HealthAction action) =>
        Golden.Verify($"units/health-{action.Word()}.service", AppUnit.Text(App with { Health = App.Health! with { OnFailure = action } }));

    [Theory]
    [InlineData(HealthAction.Restart)]
    [InlineData(HealthAction.Stop)]
    internal void An_app_of_a_sandbox_is_stopped_and_started_by_name(HealthAction action) =>
        Golden.Verify($"units/health-sandbox-{action.Word()}.service", AppUnit.Text(App with { ComesAndGoes = true, Health = App.Health! with { OnFailure = action } }));

    [Theory]
    [InlineData(HealthAction.None)]
    [InlineData(HealthAction.Stop)]
    internal void An_app_that_says_when_it_is_up_is_waited_for(HealthAction action) =>
        Golden.Verify($"units/notify-{action.Word()}.service", AppUnit.Text(App with { Notify = true, Health = action == HealthAction.None ? null : App.Health! with { OnFailure = action } }));

    [Fact]
    public void Its_units_are_files()
    {
        (string Name, string Text)[] units = [.. HealthUnits.Of(App)];
        Assert.Equal(HealthUnits.AllOf("web").Order(StringComparer.Ordinal), units.Select(static unit => unit.Name).Order(StringComparer.Ordinal));
        Golden.Verify("units/health.txt", string.Concat(units.Select(static unit => $"==> {unit.Name} <==\n{unit.Text}\n")));
    }

    [Fact]
    public void Without_a_time_after_the_start_there_is_one_timer()
    {
        AppSpec app = App with { Health = App.Health! with { StartPeriod = TimeSpan.Zero } };
        Assert.Equal(5, HealthUnits.Of(app).Count());
        Assert.Contains("Wants=web-health.timer web-health.begin.service\n", AppUnit.Text(app), StringComparison.Ordinal);
        Assert.Contains("ExecStart=/bin/sh /etc/podctl-health result web 3 1 none\n", HealthUnits.Of(app).Single(static unit => unit.Name == "web-health.failed.service").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pod_without_checks_has_nothing_of_it()
    {
        Assert.True(PodId.TryParse("5bc080ca-3f1e-4c0b-9d52-6a1c1f0e7a11", out PodId? pod));
        Assert.DoesNotContain(PodUnits.Files(pod.Value, [App with { Health = null }]), static file => file.Path.Contains("health", StringComparison.Ordinal) || file.Content.Contains("health", StringComparison.Ordinal));
        string end = PodUnits.Files(pod.Value, [App]).Single(static file => file.Path.EndsWith("pod-end.service", StringComparison.Ordinal)).Content;
        Assert.All(HealthUnits.AllOf("web"), name => Assert.Equal(3, end.Split($"{name} ").Length));
    }

    [Fact]
    public void A_program_with_a_path_is_not_searched_for() =>
        Assert.DoesNotContain("ExecSearchPath", HealthUnits.Of(App with { Health = App.Health! with { Command = ["/bin/check"] } }).Single(static unit => unit.Name == "web-health.service").Text, StringComparison.Ordinal);
}
