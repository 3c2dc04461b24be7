using System.Tests.Harness;
using System.Text.Json;
using Xunit;

namespace System.Tests;

/// <summary>Pods of several apps.</summary>
public sealed class SeveralAppsTests : SystemTest
{
    // One of the two at any moment.
    private static readonly string[] StartedAgain = ["running", "restarting"];

    [SystemFact]
    public async Task Apps_share_all_but_their_roots()
    {
        // Each writes its process number where the other sees it, and finds the other there.
        const string script = """
            echo $1 > /shared/$1; mkdir /root-of-$1; while [ ! -e /shared/$2 ]; do sleep 0.05; done
            for space in net ipc uts pid; do echo "$space $(readlink /proc/self/ns/$space)"; done
            ls -d /root-of-*
            """;
        (CliResult result, TestPod pod) = await RunPodAsync(Pair(
            new Run("sh", "-c", script, "-", "a", "b") { AppFlags = ["--name=a"] },
            new Run("sh", "-c", script, "-", "b", "a") { AppFlags = ["--name=b"] }) with
        { Flags = ["--volume=s,kind=empty", "--mount=volume=s,target=/shared"] });
        _ = result.Expect(0);
        string[] lines = result.Lines;
        Assert.Equal(10, lines.Length);
        Assert.Equal(4, lines.Where(static line => !line.StartsWith('/')).CountBy(static line => line).Count(static entry => entry.Value == 2));
        Assert.Equal(["/root-of-a", "/root-of-b"], lines.Where(static line => line.StartsWith('/')).Order(StringComparer.Ordinal));
        Assert.Equal(["a", "b"], (await pod.StatusAsync(Ct)).GetProperty("app_names").EnumerateArray().Select(static name => name.GetString()));
    }

    [SystemFact]
    public async Task The_first_failure_ends_the_pod_with_its_code()
    {
        (CliResult result, TestPod pod) = await RunPodAsync(Pair(Run.Shell("a", "trap 'echo asked; exit 5' TERM; echo up; while :; do sleep 0.1; done"), Run.Shell("b", "sleep 0.3; exit 7")));
        Assert.Equal(7, result.ExitCode);
        Assert.Equal("up\nasked\n", result.Stdout);

        // What was stopped keeps the code it ended with.
        CliResult status = await Podctl.RunAsync(Ct, "status", pod.Uuid);
        Assert.Equal(["app-a=5", "app-b=7"], status.Lines.Where(static line => line.StartsWith("app-", StringComparison.Ordinal)));
    }

    [SystemTheory]
    [InlineData("TERM", 143)]
    [InlineData("PIPE", 141)]
    [InlineData("SEGV", 139)]
    public async Task A_death_by_any_signal_is_a_failure(string signal, int code)
    {
        (CliResult result, TestPod pod) = await RunPodAsync(Pair(Run.Shell("a", "exec sleep 300"), Run.Shell("b", $"sleep 0.3; kill -{signal} $$")));
        Assert.Equal(code, result.ExitCode);
        Assert.Equal("exited", await pod.StateAsync(Ct));
    }

    [SystemFact]
    public async Task A_restart_starts_nobody_else_again()
    {
        TestPod pod = await DetachAsync(Pair(Run.Shell("a", "echo a; sleep 0.1; exit 1") with { AppFlags = ["--name=a", "--restart=always"] }, Run.Shell("b", "echo b")));
        async Task<string[]> LogAsync(string app) => (await Podctl.RunAsync(Ct, "logs", $"--app={app}", pod.Uuid)).Lines;

        await Wait.UntilAsync(async () => (await LogAsync("a")).Length > 7, "a has been started again and again", Wait.Deadline, Ct);
        Assert.Equal(["b"], await LogAsync("b"));
        JsonElement[] apps = [.. (await pod.StatusAsync(Ct)).GetProperty("apps").EnumerateArray()];
        Assert.Contains(apps[0].GetProperty("state").GetString(), StartedAgain);
        Assert.Equal("exited", apps[1].GetProperty("state").GetString());
        Assert.False(apps[0].TryGetProperty("exit_code", out _));
        Assert.Equal(1, apps[0].GetProperty("last_exit_code").GetInt32());
    }

    [SystemFact]
    public async Task An_app_that_succeeds_leaves_the_others_running()
    {
        (CliResult result, _) = await RunPodAsync(Pair(Run.Shell("a", "echo first"), Run.Shell("b", "sleep 1; echo last")));
        Assert.Equal("first\nlast\n", result.Expect(0).Stdout);
    }

    [SystemFact]
    public async Task A_detached_pod_ends_with_its_last_app()
    {
        TestPod pod = await DetachAsync(Pair(Run.Shell("a", "exit 0"), Run.Shell("b", "while [ ! -e /go ]; do sleep 0.05; done")));
        await Wait.UntilAsync(async () => await AppStateAsync(pod, "a") == "exited", "a has ended", Wait.Deadline, Ct);
        Assert.Equal("running", await AppStateAsync(pod, "b"));
        Assert.Equal("running", await pod.StateAsync(Ct));
        _ = (await Podctl.RunAsync(Ct, "exec", "--app=b", pod.Uuid, "touch", "/go")).Expect(0);
        _ = (await Podctl.RunAsync(Ct, "status", "--wait=30s", pod.Uuid)).Expect(0);
        Assert.Equal("exited", await pod.StateAsync(Ct));
    }

    [SystemFact]
    public async Task Ten_apps_keep_every_line_and_no_line_is_broken()
    {
        // printf writes a line in one call, yes(1) and head(1) in blocks that end within lines.
        static Run App(int number) => Run.Shell($"app-{number}", $"yes 'this is a line of app {number}' | head -n 2000");
        (CliResult result, TestPod pod) = await RunPodAsync(App(0) with { Others = [.. Enumerable.Range(1, 9).Select(App)] });
        _ = result.Expect(0);
        Dictionary<string, int> counts = result.Lines.CountBy(static line => line).ToDictionary();
        Assert.Equal(Enumerable.Range(0, 10).Select(static number => $"this is a line of app {number}"), counts.Keys.Order(StringComparer.Ordinal));
        Assert.All(counts.Values, static count => Assert.Equal(2000, count));
        foreach (int number in Enumerable.Range(0, 10))
        {
            Assert.Equal(2000, (await Podctl.RunAsync(Ct, "logs", $"--app=app-{number}", pod.Uuid)).Expect(0).Lines.Length);
        }
    }

    [SystemFact]
    public async Task On_a_terminal_each_line_says_whose_it_is()
    {
        PseudoTerminal terminal = StartAtTerminal(Pair(Run.Shell("a", "echo one; sleep 0.3"), Run.Shell("b", "echo two; sleep 0.3")) with { Flags = ["--quiet"] });
        Assert.Equal(0, await terminal.ExitAsync(Ct));
        Assert.Contains("a: one\r\n", terminal.Screen.Text, StringComparison.Ordinal);
        Assert.Contains("b: two\r\n", terminal.Screen.Text, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task An_app_is_started_after_those_that_it_waits_for()
    {
        // In the order of the command line b would be first; both are up at once without it.
        Run run = Pair(Run.Shell("b", "echo b; sleep 0.3") with { AppFlags = ["--name=b", "--after=a"] }, Run.Shell("a", "echo a; sleep 0.3"));
        (_, TestPod pod) = await RunPodAsync(run);
        CliResult order = await pod.JournalAsync(Ct, "-o", "cat", "_TRANSPORT=stdout", "+", "SYSLOG_IDENTIFIER=a", "+", "SYSLOG_IDENTIFIER=b");
        Assert.Equal(["a", "b"], order.Lines);
        CliResult units = await Cli.RunAsync(Ct, "jq", "-r", ".files[] | select(.path | endswith(\"/b.service\")) | .content", $"{pod.Directory}/plan.json");
        Assert.Contains("After=a.service\n", units.Expect(0).Stdout, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task The_start_of_an_app_is_that_of_its_last_run()
    {
        const string script = "n=$(cat /n || echo 0); echo $((n+1)) >/n; if [ $n -lt 2 ]; then sleep 0.5; exit 9; fi; sleep 1.5";
        Run again = Run.Shell("again", script) with { AppFlags = ["--name=again", "--restart=on-failure"] };
        TestPod pod = await DetachAsync(Pair(again, Run.Shell("other", "sleep 1000")));
        JsonElement status = await pod.StatusAsync(Ct);
        DateTimeOffset start = status.GetProperty("started_at").GetDateTimeOffset();
        await Wait.UntilAsync(async () => await AppStateAsync(pod, "again") == "exited", "it has ended well", Wait.Deadline, Ct);
        JsonElement ended = (await pod.StatusAsync(Ct)).GetProperty("apps")[0];
        DateTimeOffset last = ended.GetProperty("started_at").GetDateTimeOffset();
        Assert.InRange((last - start).TotalSeconds, 1, 60);
        Assert.InRange((ended.GetProperty("finished_at").GetDateTimeOffset() - last).TotalSeconds, 1.4, 30);
    }

    [SystemFact]
    public async Task How_a_killed_app_ended_before_is_not_how_it_ended()
    {
        TestPod pod = await DetachAsync(Run.Shell("[ -e /x ] && exec sleep 1000; touch /x; exit 5") with { AppFlags = ["--restart=always"] });
        await Wait.UntilAsync(
            async () => (await pod.StatusAsync(Ct)).GetProperty("apps")[0] is var app && app.GetProperty("state").GetString() == "running" && app.TryGetProperty("last_exit_code", out _), "it runs again", Wait.Deadline, Ct);
        string? started = (await pod.StatusAsync(Ct)).GetProperty("apps")[0].GetProperty("started_at").GetString();
        Assert.Equal(started, (await pod.StatusAsync(Ct)).GetProperty("apps")[0].GetProperty("started_at").GetString());
        _ = (await Podctl.RunAsync(Ct, "stop", "--force", pod.Uuid)).Expect(0);
        JsonElement ended = (await pod.StatusAsync(Ct)).GetProperty("apps")[0];
        Assert.Equal(("unknown", 5), (ended.GetProperty("state").GetString(), ended.GetProperty("last_exit_code").GetInt32()));
        Assert.False(ended.TryGetProperty("exit_code", out _));
        Assert.DoesNotContain("app-", (await Podctl.RunAsync(Ct, "status", pod.Uuid)).Expect(0).Stdout, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task Input_is_for_none_of_several_apps()
    {
        Run run = Pair(Run.Shell("a", "wc -c"), Run.Shell("b", "wc -c"));
        (CliResult result, _) = await RunPodAsync(run with { Options = new CliOptions { Input = "some input\n"u8.ToArray() } });
        Assert.Equal("0\n0\n", result.Expect(0).Stdout);
    }

    [SystemFact]
    public async Task A_command_that_cannot_be_run_in_one_app_is_told()
    {
        CliResult result = await RunAsync(Pair(Run.Shell("a", "sleep 60"), new Run("/nowhere") { AppFlags = ["--name=b"] }));
        Assert.Equal(127, result.ExpectFailure(127).ExitCode);
        Assert.Contains("cannot run '/nowhere'", result.Stderr, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task Two_apps_of_one_image_need_names()
    {
        CliResult result = await RunAsync(new Run("true") { Others = [new Run("true")] });
        Assert.Contains("several apps named 'busybox'", result.ExpectFailure(2).Stderr, StringComparison.Ordinal);
        await ExpectNothingLeftAsync();
    }

    [SystemFact]
    public async Task One_terminal_is_for_one_app()
    {
        TestPod pod = await PrepareAsync(Pair(Run.Shell("a", "true"), Run.Shell("b", "true")));
        CliResult result = await Podctl.RunAsync(Ct, "run-prepared", "--interactive", pod.Uuid);
        Assert.Contains("--interactive is for pods with one app", result.ExpectFailure(125).Stderr, StringComparison.Ordinal);
        Assert.Equal("prepared", await pod.StateAsync(Ct));
    }

    [SystemFact]
    public async Task Each_app_has_its_own_limits_and_user()
    {
        Run run = Pair(
            Run.Shell("a", "id -u; grep CapBnd /proc/self/status"),
            Run.Shell("b", "sleep 0.3; id -u; grep CapBnd /proc/self/status") with { AppFlags = ["--name=b", "--user=1000", "--caps-retain=CAP_KILL"] });
        (CliResult result, _) = await RunPodAsync(run);
        Assert.Equal(["0", "CapBnd:\t00000000a80425fb", "1000", "CapBnd:\t0000000000000020"], result.Expect(0).Lines);
    }

    [SystemFact]
    public async Task Signals_reach_every_app()
    {
        const string script = "trap 'echo got; exit 0' USR1; echo up; while :; do sleep 0.1; done";
        using RunningPod running = Start(Pair(Run.Shell("a", script), Run.Shell("b", script)));
        _ = await running.Process.Output.WaitAsync(static text => text == "up\nup\n", "both are up", Ct);
        running.Process.Signal(Signals.User1);
        CliResult result = await running.FinishAsync(Ct);
        Assert.Equal("up\nup\ngot\ngot\n", result.Expect(0).Stdout);
    }

    [SystemFact]
    public async Task An_app_that_fails_is_started_again()
    {
        TestPod pod = await DetachAsync(Run.Shell("n=$(cat /n || echo 0); echo run $n; echo $((n+1)) > /n; [ $n -ge 3 ] && exit 0; exit 9") with { AppFlags = ["--restart=on-failure"] });
        Assert.Equal(0, await pod.WaitForEndAsync(Ct));
        Assert.Equal("run 0\nrun 1\nrun 2\nrun 3\n", (await Podctl.RunAsync(Ct, "logs", pod.Uuid)).Expect(0).Stdout.Replace("cat: can't open '/n': No such file or directory\n", "", StringComparison.Ordinal));
    }

    [SystemFact]
    public async Task An_app_that_is_always_started_again_ends_when_it_is_stopped()
    {
        TestPod pod = await DetachAsync(Run.Shell("echo run; sleep 0.2") with { AppFlags = ["--restart=always"] });
        await pod.WaitForLogAsync("run\nrun\nrun\n", Ct);
        JsonElement status = await pod.StatusAsync(Ct);
        Assert.Equal("running", status.GetProperty("state").GetString());
        Assert.Contains(status.GetProperty("apps")[0].GetProperty("state").GetString(), StartedAgain);
        _ = (await Podctl.RunAsync(Ct, "stop", pod.Uuid)).Expect(0);
        Assert.Equal("exited", await pod.StateAsync(Ct));
        JsonElement ended = (await pod.StatusAsync(Ct)).GetProperty("apps")[0];
        Assert.Equal("exited", ended.GetProperty("state").GetString());
        Assert.True(ended.TryGetProperty("exit_code", out _));
    }

    private static Run Pair(Run first, Run second) => first with { Others = [second] };

    private static async Task<string?> AppStateAsync(TestPod pod, string app) =>
        (await pod.StatusAsync(Ct)).GetProperty("apps").EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == app).GetProperty("state").GetString();
}
