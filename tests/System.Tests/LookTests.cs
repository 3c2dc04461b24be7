using System.Globalization;
using System.Tests.Harness;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace System.Tests;

/// <summary>`list`, `status`, `logs`, `version`, and how pods are named.</summary>
public sealed partial class LookTests : SystemTest
{
    [SystemFact]
    public async Task An_empty_list_is_a_header_and_in_json_two_brackets()
    {
        string store = $"--dir={Scratch}/store";
        Assert.Matches("^UUID\\s+APP\\s+IMAGE NAME\\s+STATE\\s+CREATED\\s+STARTED\\s+NETWORKS\\s+NAME\n$", (await Podctl.RunAsync(Ct, "list", store)).Expect(0).Stdout);
        Assert.Equal("", (await Podctl.RunAsync(Ct, "list", store, "--no-legend")).Expect(0).Stdout);
        Assert.Equal("[]\n", (await Podctl.RunAsync(Ct, "list", store, "--format=json")).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task List_shows_what_runs_and_what_has_ended()
    {
        TestPod running = await DetachAsync("sleep", "60");
        TestPod ended = await DetachAsync(new Run("true") { Image = "container:1.0" });
        _ = await ended.WaitForEndAsync(Ct);
        string table = (await Podctl.RunAsync(Ct, "list")).Expect(0).Stdout;
        Assert.Matches($"(?m)^{running.Uuid[..8]}\\s+busybox\\s+\\S*busybox:latest\\s+running\\s+\\S.*$", table);
        Assert.Matches($"(?m)^{ended.Uuid[..8]}\\s+container\\s+\\S*container:1.0\\s+exited\\s+\\S.*$", table);
        string full = (await Podctl.RunAsync(Ct, "list", "--full")).Expect(0).Stdout;
        Assert.Matches($"(?m)^{running.Uuid}\\s", full);
    }

    [SystemFact]
    public async Task Json_says_all_there_is_to_know()
    {
        DateTimeOffset before = DateTimeOffset.UtcNow.AddSeconds(-2);
        TestPod pod = await DetachAsync(Run.Shell("exit 3") with { Flags = ["--hostname=json.example"] });
        _ = await pod.WaitForEndAsync(Ct);
        JsonElement list = JsonSerializer.Deserialize<JsonElement>((await Podctl.RunAsync(Ct, "list", "--format=json")).Expect(0).Stdout);
        JsonElement entry = Assert.Single(list.EnumerateArray(), entry => entry.GetProperty("name").GetString() == pod.Uuid);
        Assert.Equal("exited", entry.GetProperty("state").GetString());
        Assert.Equal("json.example", entry.GetProperty("hostname").GetString());
        Assert.Equal("none", entry.GetProperty("network").GetString());
        JsonElement app = Assert.Single(entry.GetProperty("apps").EnumerateArray());
        Assert.Equal("busybox", app.GetProperty("name").GetString());
        Assert.Equal("exited", app.GetProperty("state").GetString());
        Assert.Equal(3, app.GetProperty("exit_code").GetInt32());
        Assert.Contains("busybox:latest", app.GetProperty("image_name").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("sha256:", app.GetProperty("image_id").GetString(), StringComparison.Ordinal);
        DateTimeOffset[] times = [Time(entry, "created_at"), Time(entry, "started_at"), Time(app, "finished_at")];
        Assert.Equal(times.Order(), times);
        Assert.All(times, time => Assert.InRange(time, before, DateTimeOffset.UtcNow.AddSeconds(2)));
        Assert.Equal(entry.ToString(), (await pod.StatusAsync(Ct)).ToString());
        Assert.Contains("\n\t", (await Podctl.RunAsync(Ct, "status", "--format=json-pretty", pod.Uuid)).Expect(0).Stdout, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task Status_is_lines_for_scripts()
    {
        TestPod pod = await DetachAsync("sh", "-c", "read x </dev/null; sleep 60; exit 0");
        CliResult running = (await Podctl.RunAsync(Ct, "status", pod.Uuid)).Expect(0);
        Assert.Matches($@"^state=running\ncreated=[^\n]+\nstarted=[^\n]+\npid={await pod.LeaderAsync(Ct)}\nexited=false\n$", running.Stdout);
        _ = (await Podctl.RunAsync(Ct, "stop", pod.Uuid)).Expect(0);
        CliResult ended = (await Podctl.RunAsync(Ct, "status", pod.Uuid)).Expect(0);
        Assert.StartsWith("state=exited\n", ended.Stdout, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^exited=true\napp-busybox=143$", ended.Stdout);
    }

    [SystemFact]
    public async Task Waiting_ends_with_the_pod_or_with_the_time()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        CliResult inVain = (await Podctl.RunAsync(Ct, "status", "--wait=300ms", pod.Uuid)).ExpectFailure(1);
        Assert.InRange(inVain.Elapsed.TotalMilliseconds, 300, 5000);
        using CliProcess wait = CliProcess.Start(Podctl.Program, ["status", "--wait", pod.Uuid]);
        _ = (await Podctl.RunAsync(Ct, "status", "--wait-ready=10s", pod.Uuid)).Expect(0);
        _ = (await Podctl.RunAsync(Ct, "stop", pod.Uuid)).Expect(0);
        Assert.StartsWith("state=exited\n", (await wait.FinishAsync(Ct)).Expect(0).Stdout, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task Waiting_for_readiness_ends_when_the_app_is_up()
    {
        using RunningPod running = Start(new Run("sleep", "60"));
        TestPod pod = await running.PodAsync(Ct);
        await Wait.UntilAsync(async () => (await Podctl.RunAsync(Ct, "status", pod.Uuid)).ExitCode == 0, "the pod is there", Wait.Deadline, Ct);
        CliResult ready = (await Podctl.RunAsync(Ct, "status", "--wait-ready", pod.Uuid)).Expect(0);
        Assert.StartsWith("state=running\n", ready.Stdout, StringComparison.Ordinal);
        Assert.Single(await File.ReadAllLinesAsync($"{pod.Cgroup}/system.slice/busybox.service/cgroup.procs", Ct));
    }

    [SystemFact]
    public async Task A_pod_is_found_by_the_beginning_of_its_uuid_in_either_case_or_by_its_machine_or_by_a_file()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        string file = Path.Combine(Scratch, "file");
        await File.WriteAllTextAsync(file, pod.Uuid + "\n", Ct);
        foreach (string name in (List<string>)[pod.Uuid, pod.Uuid[..13], pod.Uuid[..8].ToUpperInvariant(), pod.Machine, $"--uuid-file={file}"])
        {
            Assert.StartsWith("state=running\n", (await Podctl.RunAsync(Ct, "status", name)).Expect(0).Stdout, StringComparison.Ordinal);
        }
    }

    [SystemTheory]
    [InlineData("status")]
    [InlineData("logs")]
    [InlineData("stop")]
    [InlineData("rm")]
    public async Task A_uuid_that_matches_nothing_or_too_much_is_refused(string verb)
    {
        CliResult none = (await Podctl.RunAsync(Ct, verb, "no-such-pod")).ExpectFailure(4);
        Assert.StartsWith("podctl: no pod 'no-such-pod'\n", none.Stderr, StringComparison.Ordinal);

        // Seventeen pods, of which at least two begin with the same digit; directories are enough for that.
        string store = $"{Podctl.DataDirectory}/ambiguous-{Guid.NewGuid():N}";
        try
        {
            foreach (int i in Enumerable.Range(0, 2))
            {
                _ = Directory.CreateDirectory($"{store}/pods/abc{i}0000-0000-4000-8000-000000000000");
            }

            CliResult two = (await Podctl.RunAsync(Ct, $"--dir={store}", verb, "abc")).ExpectFailure(4);
            Assert.Contains("ambiguous", two.Stderr, StringComparison.Ordinal);
            Assert.Contains("abc00000-", two.Stderr, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(store, recursive: true);
        }

        Assert.Contains("must provide", (await Podctl.RunAsync(Ct, verb)).ExpectFailure(2).Stderr, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task Logs_shows_all_or_the_last_lines_or_one_app()
    {
        TestPod pod = await DetachAsync("seq", "1", "50");
        _ = await pod.WaitForEndAsync(Ct);
        string[] all = [.. Enumerable.Range(1, 50).Select(static i => $"{i}")];
        Assert.Equal(all, (await Podctl.RunAsync(Ct, "logs", pod.Uuid)).Expect(0).Lines);
        Assert.Equal(["48", "49", "50"], (await Podctl.RunAsync(Ct, "logs", "-n", "3", pod.Uuid)).Expect(0).Lines);
        Assert.Empty((await Podctl.RunAsync(Ct, "logs", "-n", "0", pod.Uuid)).Expect(0).Lines);
        Assert.Equal(all, (await Podctl.RunAsync(Ct, "logs", "--app=busybox", pod.Uuid)).Expect(0).Lines);
        _ = (await Podctl.RunAsync(Ct, "logs", "--app=other", pod.Uuid)).ExpectFailure(4);
        Assert.Equal(["1", "2"], (await Cli.ShellAsync(Ct, $"podctl logs {pod.Uuid} | head -n 2")).Expect(0).Lines);
        JsonElement entry = JsonSerializer.Deserialize<JsonElement>((await Podctl.RunAsync(Ct, "logs", "--format=json", "-n", "1", pod.Uuid)).Expect(0).Stdout);
        Assert.Equal("50", entry.GetProperty("MESSAGE").GetString());
        Assert.Equal("busybox.service", entry.GetProperty("_SYSTEMD_UNIT").GetString());
        Assert.Equal(pod.MachineId, entry.GetProperty("_MACHINE_ID").GetString());
        Assert.Equal(pod.Machine, entry.GetProperty("_HOSTNAME").GetString());
    }

    [SystemFact]
    public async Task Following_goes_on_until_the_pod_has_ended()
    {
        TestPod pod = await DetachAsync("sh", "-c", "trap 'echo bye; exit 0' TERM; for i in 1 2 3; do echo line $i; done; while :; do sleep 1 & wait $!; done");
        using CliProcess logs = CliProcess.Start(Podctl.Program, ["logs", "-f", pod.Uuid]);
        _ = await logs.Output.WaitForAsync("line 3\n", Ct);
        _ = (await Podctl.RunAsync(Ct, "stop", pod.Uuid)).Expect(0);
        Assert.Equal("line 1\nline 2\nline 3\nbye\n", (await logs.FinishAsync(Ct)).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task Version_and_help_need_nobody_s_permission()
    {
        List<string> asNobody = ["--reuid=65534", "--regid=65534", "--clear-groups", Podctl.Program];
        Assert.Matches(@"^podctl Version: [0-9.]+", (await Cli.RunAsync(Ct, "setpriv", [.. asNobody, "version"])).Expect(0).Stdout);
        Assert.Contains("run", (await Cli.RunAsync(Ct, "setpriv", [.. asNobody, "--help"])).Expect(0).Stdout, StringComparison.Ordinal);
        Assert.Contains("--interactive", (await Podctl.RunAsync(Ct, "run", "--help")).Expect(0).Stdout, StringComparison.Ordinal);
    }

    [SystemTheory]
    [InlineData("list")]
    [InlineData("status abc")]
    [InlineData("stop abc")]
    [InlineData("rm abc")]
    [InlineData("gc")]
    [InlineData("run --insecure-options=image x")]
    [InlineData("fetch x")]
    public async Task Whoever_is_not_root_is_told_so(string words)
    {
        // There has to be something that is not for everybody.
        _ = await DetachAsync("true");
        CliResult result = await Cli.RunAsync(Ct, "setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", Podctl.Program, .. words.Split(' ')]);
        _ = result.ExpectFailure(5);
    }

    [SystemFact]
    public async Task Every_fault_of_a_command_line_is_told_at_once()
    {
        Run run = new("true") { Flags = ["--net=no/where", "--dns=1.2.3", "--hosts-entry=x", "--hostname=-bad-", "--detach", "--interactive"] };
        string line = (await RunAsync(run)).ExpectFailure(2).Stderr.Split('\n')[0];
        Assert.All(["no/where", "'1.2.3'", "'x'", "'-bad-'", "--interactive and --detach"], word => Assert.Contains(word, line, StringComparison.Ordinal));
        Assert.False(File.Exists($"{Scratch}/uuid-0"));
        _ = (await Podctl.RunAsync(Ct)).ExpectFailure(2);
        _ = (await Podctl.RunAsync(Ct, "frobnicate")).ExpectFailure(2);
        _ = (await Podctl.RunAsync(Ct, "list", "--frobnicate")).ExpectFailure(2);
    }

    private static DateTimeOffset Time(JsonElement element, string name)
    {
        string text = element.GetProperty(name).GetString()!;
        Assert.Matches(Rfc3339(), text);
        return DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")]
    private static partial Regex Rfc3339();
}
