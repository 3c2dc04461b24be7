using System.Tests.Harness;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace System.Tests;

/// <summary>Health checks of apps, and what a pod does about an unhealthy one.</summary>
public sealed class HealthTests : SystemTest
{
    private const string Sleep = "echo up; trap 'exit 0' TERM; while :; do sleep 0.1; done";

    [SystemFact]
    public async Task A_check_sees_what_its_app_sees_and_finds_it_healthy_or_not()
    {
        const string check = "echo checked by $(id -u) $GREETING; exec 2>&1; [ ! -e /run/podctl ] && [ ! -e /etc/machine-id ] && ps | grep -q while && grep CapEff /proc/self/status && [ -e /tmp/well ]";
        TestPod pod = await DetachAsync(Run.Shell(Sleep) with { AppFlags = ["--user=1000", "-e", "GREETING=hello", $"--health-cmd={check}", "--health-interval=1s", "--health-retries=2"] });
        Assert.Equal("starting", await HealthAsync(pod));
        await WaitForHealthAsync(pod, "unhealthy");
        JsonElement health = await HealthOfAsync(pod);
        Assert.InRange(health.GetProperty("failing_streak").GetInt32(), 2, 100);
        Assert.Equal(1, health.GetProperty("last_exit_code").GetInt32());
        Assert.InRange(health.GetProperty("last_check_at").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddSeconds(2));

        _ = (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "touch", "/tmp/well")).Expect(0);
        await WaitForHealthAsync(pod, "healthy");
        Assert.Equal(0, (await HealthOfAsync(pod)).GetProperty("failing_streak").GetInt32());
        Assert.Contains("health-busybox=healthy\n", (await Podctl.RunAsync(Ct, "status", pod.Uuid)).Expect(0).Stdout, StringComparison.Ordinal);
        JsonElement inspected = (await pod.InspectAsync(Ct)).GetProperty("apps")[0].GetProperty("health_check");
        Assert.Equal(("1s", 2, "none"), (inspected.GetProperty("interval").GetString(), inspected.GetProperty("retries").GetInt32(), inspected.GetProperty("on_failure").GetString()));
        Assert.Equal(0, inspected.GetProperty("log")[0].GetProperty("exit_code").GetInt32());

        // It is the app, with the app's privileges, in the journal under a name of its own.
        string said = (await pod.JournalAsync(Ct, "-o", "cat", "-t", "busybox-health")).Expect(0).Stdout;
        Assert.Contains("checked by 1000 hello\n", said, StringComparison.Ordinal);
        Assert.Contains("CapEff:\t0000000000000000\n", said, StringComparison.Ordinal);
        Assert.DoesNotContain("checked", (await Podctl.RunAsync(Ct, "logs", pod.Uuid)).Expect(0).Stdout, StringComparison.Ordinal);
        string bounding = await pod.InsideAsync(Ct, "systemctl", "show", "-p", "CapabilityBoundingSet", "-p", "SystemCallFilter", "-p", "RestrictNamespaces", "busybox.service");
        Assert.Equal(bounding, await pod.InsideAsync(Ct, "systemctl", "show", "-p", "CapabilityBoundingSet", "-p", "SystemCallFilter", "-p", "RestrictNamespaces", "busybox-health.service"));

        _ = (await Podctl.RunAsync(Ct, "stop", pod.Uuid)).Expect(0);
        Assert.Equal(0, await pod.WaitForEndAsync(Ct));
    }

    [SystemFact]
    public async Task A_check_that_takes_too_long_or_cannot_be_run_has_failed()
    {
        Run slow = Run.Shell("slow", Sleep) with { AppFlags = ["--name=slow", "--health-cmd=[\"sleep\", \"1000\"]", "--health-interval=500ms", "--health-timeout=1s", "--health-retries=1"] };
        Run none = Run.Shell("none", Sleep) with { AppFlags = ["--name=none", "--health-cmd=[\"nosuch\"]", "--health-interval=1s", "--health-retries=1"] };
        TestPod pod = await DetachAsync(slow with { Others = [none] });
        await WaitForHealthAsync(pod, "unhealthy", 0);
        await WaitForHealthAsync(pod, "unhealthy", 1);
        Assert.Equal((137, 203), ((await HealthOfAsync(pod, 0)).GetProperty("last_exit_code").GetInt32(), (await HealthOfAsync(pod, 1)).GetProperty("last_exit_code").GetInt32()));
        Assert.Empty(await pod.InsideAsync(Ct, "find", "/sys/fs/cgroup/system.slice", "-name", "*.timer", "-type", "d"));
    }

    [SystemFact]
    public async Task The_time_after_the_start_has_an_interval_of_its_own()
    {
        TestPod pod = await DetachAsync(Run.Shell($"(sleep 3; touch /tmp/well) & {Sleep}") with
        {
            AppFlags = ["--health-cmd=[ -e /tmp/well ]", "--health-interval=1h", "--health-start-period=1h", "--health-start-interval=500ms", "--health-retries=1"],
        });
        await Wait.UntilAsync(async () => (await HealthOfAsync(pod)).TryGetProperty("last_exit_code", out JsonElement code) && code.GetInt32() == 1, "a check has failed", Wait.Deadline, Ct);
        Assert.Equal("starting", await HealthAsync(pod));
        await WaitForHealthAsync(pod, "healthy");
        await Wait.UntilAsync(async () => (await pod.InsideAsync(Ct, "systemctl", "show", "-p", "ActiveState", "busybox-health.start.timer")).EndsWith("=inactive", StringComparison.Ordinal), "the timer has stopped", Wait.Deadline, Ct);
    }

    [SystemFact]
    public async Task An_unhealthy_app_is_restarted_until_it_is_well_and_nobody_else_is()
    {
        const string app = "echo run >>/tmp/runs; trap 'exit 3' TERM; while [ ! -e /tmp/end ]; do sleep 0.1; done; exit 3";
        Run web = Run.Shell("web", app) with { AppFlags = ["--name=web", "--health-cmd=[ $(wc -l </tmp/runs) -ge 8 ]", "--health-interval=500ms", "--health-retries=1", "--health-on-failure=restart"] };
        TestPod pod = await DetachAsync(web with { Others = [Run.Shell("once", "echo once"), Run.Shell("other", Sleep)] });
        await WaitForHealthAsync(pod, "healthy");
        Assert.Equal("8", (await Podctl.RunAsync(Ct, "exec", "--app=web", pod.Uuid, "wc", "-l", "/tmp/runs")).Expect(0).Stdout.Split(' ')[0]);
        Assert.Equal(["once"], (await Podctl.RunAsync(Ct, "logs", "--app=once", pod.Uuid)).Expect(0).Lines);
        Assert.Equal(["up"], (await Podctl.RunAsync(Ct, "logs", "--app=other", pod.Uuid)).Expect(0).Lines);
        JsonElement[] apps = [.. (await pod.StatusAsync(Ct)).GetProperty("apps").EnumerateArray()];
        Assert.Equal(["running", "exited", "running"], apps.Select(static one => one.GetProperty("state").GetString()));

        // Its own failure is still the pod's end.
        _ = (await Podctl.RunAsync(Ct, "exec", "--app=web", pod.Uuid, "touch", "/tmp/end")).Expect(0);
        _ = (await Podctl.RunAsync(Ct, "status", "--wait=60s", pod.Uuid)).Expect(0);
        Assert.Contains("app-web=3\n", (await Podctl.RunAsync(Ct, "status", pod.Uuid)).Expect(0).Stdout, StringComparison.Ordinal);
    }

    [SystemTheory]
    [InlineData("stop", "no", 1)]
    [InlineData("kill", "no", 137)]
    [InlineData("stop", "always", 1)]
    public async Task An_unhealthy_app_is_the_end_of_its_pod(string action, string restart, int code)
    {
        TestPod pod = await DetachAsync(Run.Shell(Sleep) with { AppFlags = ["--health-cmd=false", "--health-interval=500ms", "--health-retries=2", $"--health-on-failure={action}", $"--restart={restart}"] });
        _ = (await Podctl.RunAsync(Ct, "status", "--wait=60s", pod.Uuid)).Expect(0);
        Assert.Contains($"app-busybox={code}\n", (await Podctl.RunAsync(Ct, "status", pod.Uuid)).Expect(0).Stdout, StringComparison.Ordinal);
        Assert.Equal("unhealthy", await HealthAsync(pod));
        Assert.Equal("exited", await pod.StateAsync(Ct));
    }

    [SystemTheory]
    [InlineData("stop", 1)]
    [InlineData("kill", 137)]
    public async Task In_the_foreground_nothing_of_a_check_reaches_the_terminal(string action, int code)
    {
        Run run = Run.Shell($"{Sleep}") with { AppFlags = ["--health-cmd=echo checked; exit 1", "--health-interval=500ms", "--health-retries=2", $"--health-on-failure={action}"] };
        (CliResult result, TestPod pod) = await RunPodAsync(run with { Others = [Run.Shell("other", "trap 'exit 0' TERM; while :; do sleep 0.1; done")] });
        Assert.Equal((code, "up\n"), (result.ExitCode, result.Stdout));
        Assert.DoesNotContain("checked", result.Stderr, StringComparison.Ordinal);
        Assert.Contains("checked\n", (await pod.JournalAsync(Ct, "-o", "cat", "-t", "busybox-health")).Expect(0).Stdout, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task An_image_s_check_counts_unless_it_is_turned_off()
    {
        using FakeRegistry registry = new(OciImage.WithConfig(static config => config["Healthcheck"] = JsonNode.Parse("""{"Test":["CMD-SHELL","true"],"Interval":500000000}""")));
        string prefix = registry.Image;
        TestPod pod = await DetachAsync(Run.Shell(Sleep) with { Image = prefix, AppFlags = ["--name=web"] });
        await WaitForHealthAsync(pod, "healthy");
        TestPod other = await DetachAsync(Run.Shell(Sleep) with { Image = prefix, AppFlags = ["--name=web", "--health-cmd=none"] });
        Assert.False((await other.StatusAsync(Ct)).GetProperty("apps")[0].TryGetProperty("health", out _));
        Assert.DoesNotContain("health", await other.InsideAsync(Ct, "ls", "/etc/systemd/system", "/run/podctl"), StringComparison.Ordinal);
        Assert.Contains("has no health check", (await Podctl.RunAsync(Ct, "run", Podctl.Trust, $"{Podctl.Registry}busybox:latest", "--health-retries=2")).ExpectFailure(125).Stderr, StringComparison.Ordinal);

        // What a manifest says of it makes an equal pod.
        string manifest = (await Podctl.RunAsync(Ct, "cat-manifest", pod.Uuid)).Expect(0).Stdout;
        Assert.Contains("\"health\": {", manifest, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task Apps_that_come_and_go_are_checked_while_they_are_there()
    {
        TestPod pod = await SandboxAsync();
        async Task AddAsync(string action) => _ = (await Podctl.RunAsync(
            Ct, "app", "add", Podctl.Trust, pod.Uuid, Podctl.Registry + "busybox:latest", "--name=web", "--health-cmd=[ -e /tmp/well ]", "--health-interval=500ms", "--health-retries=2", $"--health-on-failure={action}", "--", "sh", "-c", Sleep)).Expect(0);
        async Task VerbAsync(string verb) => _ = (await Podctl.RunAsync(Ct, "app", verb, "--app=web", pod.Uuid)).Expect(0);
        async Task<JsonElement> StateAsync() => JsonSerializer.Deserialize<JsonElement>((await Podctl.RunAsync(Ct, "app", "status", "--format=json", "--app=web", pod.Uuid)).Expect(0).Stdout);

        await AddAsync("stop");
        await VerbAsync("start");
        await Wait.UntilAsync(async () => (await StateAsync()).GetProperty("state").GetString() == "exited", "it was stopped", Wait.Deadline, Ct);
        Assert.Equal(1, (await StateAsync()).GetProperty("exit_code").GetInt32());
        Assert.Equal("running", await pod.StateAsync(Ct));
        await VerbAsync("rm");
        Assert.DoesNotContain("web", await pod.InsideAsync(Ct, "ls", "/etc/systemd/system", "/run/podctl/health"), StringComparison.Ordinal);

        await AddAsync("none");
        await VerbAsync("start");
        _ = (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "touch", "/tmp/well")).Expect(0);
        await Wait.UntilAsync(async () => (await StateAsync()).GetProperty("health").GetProperty("status").GetString() == "healthy", "it is healthy", Wait.Deadline, Ct);
        Assert.Contains("health=healthy\n", (await Podctl.RunAsync(Ct, "app", "status", "--app=web", pod.Uuid)).Expect(0).Stdout, StringComparison.Ordinal);
        CliResult stop = (await Podctl.RunAsync(Ct, "stop", pod.Uuid)).Expect(0);
        Assert.InRange(stop.Elapsed.TotalSeconds, 0, 8);
    }

    private static async Task<JsonElement> HealthOfAsync(TestPod pod, int app = 0) => (await pod.StatusAsync(Ct)).GetProperty("apps")[app].GetProperty("health");

    private static async Task<string?> HealthAsync(TestPod pod, int app = 0) => (await HealthOfAsync(pod, app)).GetProperty("status").GetString();

    private static Task WaitForHealthAsync(TestPod pod, string status, int app = 0) => Wait.UntilAsync(async () => await HealthAsync(pod, app) == status, $"it is {status}", Wait.Deadline, Ct);
}
