using System.Tests.Harness;
using System.Text.Json;
using Xunit;

namespace System.Tests;

/// <summary>`podctl app`: pods whose apps come and go.</summary>
public sealed class SandboxTests : SystemTest
{
    private static readonly string Image = Podctl.Registry + "busybox:latest";

    [SystemTheory]
    [InlineData("yes")]
    [InlineData("no")]
    public async Task Apps_come_run_and_go(string privateUsers)
    {
        TestPod pod = await SandboxAsync($"--private-users={privateUsers}", "--hosts-entry=10.0.0.1=db");
        Assert.Equal("running", await pod.StateAsync(Ct));
        Assert.Empty((await Podctl.RunAsync(Ct, "app", "list", "--no-legend", pod.Uuid)).Expect(0).Stdout);

        await AddAsync(pod, "web", ["--user=1000", "--memory=64Mi"], "sh", "-c", "id -u; cat /etc/hosts; touch /tmp/there; exec sleep 1000");
        Assert.Equal("created", (await AppAsync(pod, "web")).GetProperty("state").GetString());
        await AppVerbAsync(pod, "start", "web");
        await pod.WaitForLogAsync("10.0.0.1", Ct);
        Assert.StartsWith("1000\n", await pod.LogsAsync(Ct), StringComparison.Ordinal);
        JsonElement running = await AppAsync(pod, "web");
        Assert.Equal("running", running.GetProperty("state").GetString());
        Assert.InRange(running.GetProperty("started_at").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddSeconds(2));
        Assert.Equal("1000\n", (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "id", "-u")).Expect(0).Stdout);
        Assert.Equal("MemoryMax=67108864", await pod.InsideAsync(Ct, "systemctl", "show", "-p", "MemoryMax", "web.service"));

        await AppVerbAsync(pod, "start", "web");
        await AppVerbAsync(pod, "stop", "web");
        await AppVerbAsync(pod, "stop", "web");
        JsonElement stopped = await AppAsync(pod, "web");
        Assert.Equal(("exited", 128 + Signals.Terminate), (stopped.GetProperty("state").GetString(), stopped.GetProperty("exit_code").GetInt32()));
        Assert.InRange((stopped.GetProperty("started_at").GetDateTimeOffset() - running.GetProperty("started_at").GetDateTimeOffset()).TotalSeconds, -1, 1);
        Assert.Equal("running", await pod.StateAsync(Ct));

        // What it wrote is there when it is started again, and gone when it is made anew.
        await AppVerbAsync(pod, "restart", "web");
        JsonElement again = await AppAsync(pod, "web");
        Assert.Equal(("running", 128 + Signals.Terminate), (again.GetProperty("state").GetString(), again.GetProperty("last_exit_code").GetInt32()));
        Assert.Equal("/tmp/there\n", (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "ls", "/tmp/there")).Expect(0).Stdout);
        await AppVerbAsync(pod, "rm", "web");
        Assert.Empty(await pod.InsideAsync(Ct, "ls", "/opt/stage2"));
        await AddAsync(pod, "web", [], "sh", "-c", "ls /tmp; exec sleep 1000");
        await AppVerbAsync(pod, "start", "web");
        Assert.Equal("", (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "ls", "/tmp")).Expect(0).Stdout);
        Assert.DoesNotContain("MemoryMax=67108864", await pod.InsideAsync(Ct, "systemctl", "show", "-p", "MemoryMax", "web.service"), StringComparison.Ordinal);
        CliResult stop = (await Podctl.RunAsync(Ct, "stop", pod.Uuid)).Expect(0);
        Assert.InRange(stop.Elapsed.TotalSeconds, 0, 8);
        Assert.Equal("exited", (await AppAsync(pod, "web")).GetProperty("state").GetString());
        await AppVerbAsync(pod, "rm", "web");
        Assert.Empty(Directory.GetDirectories($"{pod.Directory}/upper"));
    }

    [SystemFact]
    public async Task An_app_that_fails_ends_neither_the_pod_nor_another_and_can_be_started_again()
    {
        TestPod pod = await SandboxAsync();
        await AddAsync(pod, "good", [], "sleep", "1000");
        await AddAsync(pod, "bad", [], "sh", "-c", "echo failing; exit 3");
        await AppVerbAsync(pod, "start", "good");
        for (int i = 0; i < 3; i++)
        {
            await AppVerbAsync(pod, "start", "bad");
            await Wait.UntilAsync(async () => (await AppAsync(pod, "bad")).GetProperty("state").GetString() == "exited", "it has failed", Wait.Deadline, Ct);
            Assert.Equal(3, (await AppAsync(pod, "bad")).GetProperty("exit_code").GetInt32());
        }

        Assert.Equal(3, (await pod.JournalAsync(Ct, "-o", "cat", "-t", "bad")).Expect(0).Lines.Count(static line => line == "failing"));
        Assert.Equal(["bad\texited", "good\trunning"], (await Podctl.RunAsync(Ct, "app", "list", "--no-legend", pod.Uuid)).Expect(0).Lines.Order(StringComparer.Ordinal));
        Assert.Equal("running", await pod.StateAsync(Ct));
    }

    [SystemFact]
    public async Task An_app_that_is_killed_with_its_pod_has_not_ended_as_it_did_before()
    {
        TestPod pod = await SandboxAsync();
        await AddAsync(pod, "web", [], "sh", "-c", "[ -e /x ] && exec sleep 1000; touch /x; exit 3");
        await AddAsync(pod, "other", [], "true");
        await AppVerbAsync(pod, "start", "web");
        await AppVerbAsync(pod, "start", "other");
        await Wait.UntilAsync(async () => (await AppAsync(pod, "web")).GetProperty("state").GetString() == "exited" && (await AppAsync(pod, "other")).GetProperty("state").GetString() == "exited", "both have ended", Wait.Deadline, Ct);
        await AppVerbAsync(pod, "start", "web");
        _ = (await Podctl.RunAsync(Ct, "stop", "--force", pod.Uuid)).Expect(0);
        JsonElement web = await AppAsync(pod, "web");
        Assert.Equal(("unknown", 3), (web.GetProperty("state").GetString(), web.GetProperty("last_exit_code").GetInt32()));
        Assert.Equal(("exited", 0), ((await AppAsync(pod, "other")).GetProperty("state").GetString(), (await AppAsync(pod, "other")).GetProperty("exit_code").GetInt32()));
    }

    [SystemFact]
    public async Task Everything_an_app_wrote_is_logged_when_the_pod_is_stopped()
    {
        TestPod pod = await SandboxAsync();
        await AddAsync(pod, "loud", [], "sh", "-c", "trap 'i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done; exit 0' TERM; echo up; while :; do sleep 0.05; done");
        await AppVerbAsync(pod, "start", "loud");
        await pod.WaitForLogAsync("up", Ct);
        _ = (await Podctl.RunAsync(Ct, "stop", pod.Uuid)).Expect(0);
        Assert.Equal(5001, (await pod.LogsAsync(Ct)).Count(static c => c == '\n'));
        Assert.Equal(0, (await AppAsync(pod, "loud")).GetProperty("exit_code").GetInt32());
    }

    [SystemFact]
    public async Task Apps_share_the_pods_volumes()
    {
        TestPod pod = await SandboxAsync();
        string shared = Data;
        await File.WriteAllTextAsync(Path.Combine(shared, "file"), "of the host\n", Ct);
        await AddAsync(pod, "a", ["--volume=data,kind=empty", "--mount=volume=data,target=/data", "-v", $"{shared}:/host:ro"], "sh", "-c", "cat /host/file > /data/copy; cat /data/copy; sleep 1000");
        await AppVerbAsync(pod, "start", "a");
        await pod.WaitForLogAsync("of the host", Ct);
        await AddAsync(pod, "b", ["--mount=volume=data,target=/other"], "sleep", "1000");
        await AppVerbAsync(pod, "start", "b");
        Assert.Equal("of the host\n", (await Podctl.RunAsync(Ct, "exec", "--app=b", pod.Uuid, "cat", "/other/copy")).Expect(0).Stdout);
        Assert.Contains("there is no volume 'none'", (await TryAddAsync(pod, "c", ["--mount=volume=none,target=/x"], "true")).ExpectFailure(2).Stderr, StringComparison.Ordinal);
        Assert.Contains("has a volume 'data' already", (await TryAddAsync(pod, "c", ["--volume=data,kind=empty"], "true")).ExpectFailure(2).Stderr, StringComparison.Ordinal);

        // A volume that only its app could name comes with the app again.
        await AppVerbAsync(pod, "rm", "a");
        await AddAsync(pod, "a", ["-v", $"{shared}:/host:ro"], "cat", "/host/file");
    }

    [SystemFact]
    public async Task What_cannot_be_done_is_told_and_leaves_nothing()
    {
        TestPod pod = await SandboxAsync();
        await AddAsync(pod, "web", [], "sleep", "1000");
        Assert.Contains("has an app 'web' already", (await TryAddAsync(pod, "web", [], "true")).ExpectFailure(3).Stderr, StringComparison.Ordinal);
        Assert.Contains("has no CAP_SYS_MODULE to give", (await TryAddAsync(pod, "x", ["--caps-retain=CAP_SYS_MODULE"], "true")).ExpectFailure(1).Stderr, StringComparison.Ordinal);
        Assert.Contains("'/no/such'", (await TryAddAsync(pod, "x", ["--exec=/no/such"], "true")).ExpectFailure(1).Stderr, StringComparison.Ordinal);
        CliResult absent = await Podctl.RunAsync(Ct, "app", "add", Podctl.Trust, pod.Uuid, Podctl.Registry + "none:1");
        Assert.InRange(absent.ExitCode, 1, 4);
        Assert.Contains("has no app 'db'", (await Podctl.RunAsync(Ct, "app", "start", "--app=db", pod.Uuid)).ExpectFailure(4).Stderr, StringComparison.Ordinal);
        Assert.Equal(["web\tcreated"], (await Podctl.RunAsync(Ct, "app", "list", "--no-legend", pod.Uuid)).Expect(0).Lines);

        // What stage1 cannot do is found out late, when something has been made.
        _ = (await TryAddAsync(pod, "late", ["--volume=/proc:/p"], "true")).ExpectFailure(1);
        Assert.Equal([$"{pod.Directory}/upper/web"], Directory.GetDirectories($"{pod.Directory}/upper"));
        Assert.Equal("web", await pod.InsideAsync(Ct, "ls", "/opt/stage2"));
        Assert.DoesNotContain("late", await pod.InsideAsync(Ct, "ls", "/etc/systemd/system"), StringComparison.Ordinal);

        TestPod other = await DetachAsync("sleep", "60");
        CliResult decided = (await TryAddAsync(other, "x", [], "true")).ExpectFailure(3);
        Assert.Contains("were decided when it was made", decided.Stderr, StringComparison.Ordinal);
        _ = (await Podctl.RunAsync(Ct, "app", "stop", "--app=busybox", other.Uuid)).ExpectFailure(3);
        Assert.Equal("running", await other.StateAsync(Ct));
    }

    [SystemFact]
    public async Task Apps_that_come_at_once_all_come()
    {
        TestPod pod = await SandboxAsync();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            await AddAsync(pod, $"app{i}", ["--user=" + (1000 + i)], "sleep", "1000");
            await AppVerbAsync(pod, "start", $"app{i}");
        }));
        string[] lines = (await Podctl.RunAsync(Ct, "app", "list", "--no-legend", pod.Uuid)).Expect(0).Lines;
        Assert.Equal(6, lines.Count(static line => line.EndsWith("\trunning", StringComparison.Ordinal)));
        CliResult[] same = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TryAddAsync(pod, "one", [], "sleep", "1000")));
        Assert.Equal([0, 3, 3, 3], same.Select(static result => result.ExitCode).Order());
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => AppVerbAsync(pod, "rm", $"app{i}")));
        Assert.Equal(["one\tcreated"], (await Podctl.RunAsync(Ct, "app", "list", "--no-legend", pod.Uuid)).Expect(0).Lines);
    }

    [SystemFact]
    public async Task A_podctl_that_is_killed_leaves_an_app_that_is_there_or_not()
    {
        TestPod pod = await SandboxAsync();
        TimeSpan whole = (await TryAddAsync(pod, "first", [], "sleep", "1000")).Expect(0).Elapsed;
        Random random = new(20281);
        for (int i = 0; i < 30; i++)
        {
            using CliProcess add = CliProcess.Start(Podctl.Program, ["app", "add", Podctl.Trust, pod.Uuid, Image, "--name=web", "--user=" + (1000 + i), "-v", $"{Data}:/s", "--", "sleep", "1000"]);
            using PeriodicTimer moment = new(TimeSpan.FromMilliseconds(1 + (random.NextDouble() * whole.TotalMilliseconds * 1.2)));
            _ = await moment.WaitForNextTickAsync(Ct);
            add.Signal(Signals.Kill);
            bool isThere = (await Podctl.RunAsync(Ct, "app", "list", "--no-legend", pod.Uuid)).Expect(0).Lines.Any(static line => line.StartsWith("web", StringComparison.Ordinal));
            if (!isThere)
            {
                await AddAsync(pod, "web", ["-v", $"{Data}:/s"], "sleep", "1000");
            }

            await AppVerbAsync(pod, "start", "web");
            Assert.Equal("running", (await AppAsync(pod, "web")).GetProperty("state").GetString());
            using CliProcess rm = CliProcess.Start(Podctl.Program, ["app", "rm", "--app=web", pod.Uuid]);
            using PeriodicTimer later = new(TimeSpan.FromMilliseconds(1 + (random.NextDouble() * whole.TotalMilliseconds * 2)));
            _ = await later.WaitForNextTickAsync(Ct);
            rm.Signal(Signals.Kill);
            if ((await Podctl.RunAsync(Ct, "app", "list", "--no-legend", pod.Uuid)).Expect(0).Lines.Any(static line => line.StartsWith("web", StringComparison.Ordinal)))
            {
                await AppVerbAsync(pod, "rm", "web");
            }
        }

        Assert.Equal(["first\tcreated"], (await Podctl.RunAsync(Ct, "app", "list", "--no-legend", pod.Uuid)).Expect(0).Lines);
    }

    private static async Task AddAsync(TestPod pod, string name, string[] flags, params string[] command)
    {
        CliResult result = (await TryAddAsync(pod, name, flags, command)).Expect(0);
        Assert.Empty(result.Stdout);
    }

    private static Task<CliResult> TryAddAsync(TestPod pod, string name, string[] flags, params string[] command) =>
        Podctl.RunAsync(Ct, ["app", "add", Podctl.Trust, pod.Uuid, Image, $"--name={name}", .. flags, "--", .. command]);

    private static async Task AppVerbAsync(TestPod pod, string verb, string app) => _ = (await Podctl.RunAsync(Ct, "app", verb, $"--app={app}", pod.Uuid)).Expect(0);

    private static async Task<JsonElement> AppAsync(TestPod pod, string app) =>
        JsonSerializer.Deserialize<JsonElement>((await Podctl.RunAsync(Ct, "app", "status", "--format=json", $"--app={app}", pod.Uuid)).Expect(0).Stdout);
}
