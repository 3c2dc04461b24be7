using Common.Contract;
using PodManager.Pods;
using PodManager.Units;
using Xunit;

namespace PodManager.Tests.Units;

public sealed class PodUnitsTests
{
    private static readonly AppSpec App = new()
    {
        Name = "web",
        Description = "registry.example/web:1.0",
        Program = "/bin/sh",
        Arguments = ["sh", "-c", "echo \"100%\" $HOME"],
        Environment = ["PATH=/usr/bin:/bin", "GREETING=it's \"fine\"\nreally\\"],
        WorkingDirectory = "/srv",
        Uid = 1000,
        Gid = 1000,
        SupplementaryGids = [27, 100],
        StopSignal = "SIGQUIT",
        Streams = AppStreams.Journal,
        Isolation = new AppIsolation
        {
            Capabilities = ["CAP_CHOWN", "CAP_KILL"],
            SystemCalls = new SystemCallFilter(IsAllowList: true, ["@system-service", "chroot"], ["unshare"], "EPERM", MayMakeNamespaces: false, IsNativeOnly: true),
            NoNewPrivileges = true,
            MemoryBytes = 64 << 20,
            CpuMillis = 1505,
            CpuShares = 512,
            Tasks = 20,
            OomScoreAdjustment = 300,
        },
    };

    [Theory]
    [InlineData("journal")]
    [InlineData("foreground")]
    [InlineData("console")]
    public void An_apps_unit_says_all_that_was_decided(string streams) => Golden.Verify(
        $"units/app-{streams}.service", AppUnit.Text(App with { Streams = Enum.Parse<AppStreams>(streams, ignoreCase: true) }));

    [Theory]
    [InlineData("restarted", true)]
    [InlineData("restarted-252", false)]
    public void An_app_that_is_started_again_says_so(string name, bool hasSteps) => Golden.Verify(
        $"units/app-{name}.service", AppUnit.Text(App with { Restart = RestartPolicy.OnFailure, HasRestartSteps = hasSteps, After = ["db", "cache"] }));

    [Fact]
    public void An_app_that_comes_and_goes_is_nobody_elses_end() => Golden.Verify("units/app-sandbox.service", AppUnit.Text(App with { ComesAndGoes = true }));

    [Theory]
    [InlineData("streams", "stream", "stream", "log")]
    [InlineData("tty", "tty", "tty", "tty")]
    [InlineData("silent", "null", "null", "null")]
    public void An_app_in_the_background_has_the_streams_that_it_was_given(string name, string stdin, string stdout, string stderr)
    {
        AppSpec app = App with { Modes = new StreamModes(Mode(stdin), Mode(stdout), Mode(stderr)), StreamProgram = "/usr/lib/podctl/stage1" };
        Golden.Verify($"units/app-{name}.service", AppUnit.Text(app));
        PlanFile[] others = [.. PodUnits.UnitsOf(app).Skip(1)];
        Assert.Equal(PodUnits.NamesOf(app).Skip(1).Order(), others.Select(static file => Path.GetFileName(file.Path)).Order());
        if (app.HasMux)
        {
            Golden.Verify($"units/{name}.mux.service", others[0].Content);
        }
    }

    [Fact]
    public void The_pods_own_units_are_few()
    {
        PodId pod = Id("5bc080ca-3f1e-4c0b-9d52-6a1c1f0e7a11");
        foreach (PlanFile file in PodUnits.Files(pod, [App]).Where(file => !file.Path.EndsWith("web.service", StringComparison.Ordinal)))
        {
            Golden.Verify($"pod{file.Path}", file.Content);
        }
    }

    [Fact]
    public void Apps_wait_for_the_pods_networks()
    {
        IReadOnlyList<PlanFile> files = PodUnits.Files(Id("5bc080ca-3f1e-4c0b-9d52-6a1c1f0e7a11"), [App with { WaitsForNetwork = true }], hasNetworks: true);
        string ContentOf(string unit) => files.Single(file => file.Path == PodUnits.PathOf(unit)).Content;
        Golden.Verify("units/pod-network.service", ContentOf(NetworkUnit.Name));
        Golden.Verify("units/app-on-network.service", ContentOf("web.service"));
        Golden.Verify("units/default-on-network.target", ContentOf("default.target"));
        Assert.Matches($"Conflicts=web.service .*{NetworkUnit.Name} ", ContentOf("pod-end.service"));
        Assert.False(AppName.TryParse("pod-network", out _));
    }

    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("", "\"\"")]
    [InlineData("a b", "\"a b\"")]
    [InlineData("50%", "\"50%%\"")]
    [InlineData("\"", "\"\\\"\"")]
    [InlineData("\\", "\"\\\\\"")]
    [InlineData("a\nb", "\"a\\nb\"")]
    [InlineData("\u001b[0m", "\"\\x1b[0m\"")]
    [InlineData("grün", "\"grün\"")]
    public void A_word_is_quoted_for_systemd(string word, string expected) => Assert.Equal(expected, UnitText.Quote(word));

    private static StreamMode Mode(string word) => StreamModes.TryParse(word, out StreamMode mode) ? mode : throw new FormatException(word);

    private static PodId Id(string text) => PodId.TryParse(text, out PodId? id) ? id.Value : throw new FormatException(text);
}
