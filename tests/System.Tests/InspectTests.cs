using System.Tests.Harness;
using System.Text.Json;
using Xunit;

namespace System.Tests;

/// <summary>`podctl inspect`, `top` and `stats`, and what shells ask for completion.</summary>
public sealed class InspectTests : SystemTest
{
    [SystemFact]
    public async Task All_about_a_pod_is_shown_while_it_runs_and_after()
    {
        TestPod pod = await DetachAsync(Run.Shell("sleep 60") with { AppFlags = ["--caps-retain=CAP_KILL", "-e", "A=b", "--user=1000"] });
        JsonElement shown = await pod.InspectAsync(Ct);
        Assert.Equal("running", shown.GetProperty("status").GetProperty("state").GetString());
        Assert.Equal((pod.Scope, pod.Cgroup, pod.Journal), (shown.GetProperty("scope").GetString(), shown.GetProperty("cgroup").GetString(), shown.GetProperty("journal_directory").GetString()));
        JsonElement app = shown.GetProperty("apps")[0];
        Assert.Equal(["CAP_KILL"], app.GetProperty("capabilities").EnumerateArray().Select(static word => word.GetString()));
        Assert.Contains("A=b", app.GetProperty("environment").EnumerateArray().Select(static word => word.GetString()));
        Assert.Equal((1000, "/bin/sh"), (app.GetProperty("user").GetInt32(), app.GetProperty("program").GetString()));
        Assert.True(app.GetProperty("usage").GetProperty("cpu_seconds").GetDouble() >= 0);
        Assert.Equal(["image", "http"], shown.GetProperty("insecure_options").EnumerateArray().Select(static word => word.GetString()));

        _ = (await Podctl.RunAsync(Ct, "stop", "--force", pod.Uuid)).Expect(0);
        shown = await pod.InspectAsync(Ct);
        Assert.Equal("exited", shown.GetProperty("status").GetProperty("state").GetString());
        Assert.False(shown.GetProperty("apps")[0].TryGetProperty("usage", out _));
    }

    [SystemFact]
    public async Task A_death_by_a_signal_names_it()
    {
        (_, TestPod pod) = await RunPodAsync(Run.Shell("kill -SEGV $$"));
        JsonElement app = (await pod.StatusAsync(Ct)).GetProperty("apps")[0];
        Assert.Equal((139, "SEGV"), (app.GetProperty("exit_code").GetInt32(), app.GetProperty("signal").GetString()));
    }

    [SystemFact]
    public async Task The_processes_of_a_pod_are_listed()
    {
        TestPod pod = await DetachAsync(Run.Shell("a", "sleep 60 & echo up; wait") with { AppFlags = ["--name=a", "--user=1000"], Others = [new Run("sleep", "61") { AppFlags = ["--name=b"] }] });
        await pod.WaitForLogAsync("up", Ct);
        string[][] rows = [.. (await Podctl.RunAsync(Ct, "top", "--no-legend", pod.Uuid)).Expect(0).Lines.Select(static line => line.Split('\t', StringSplitOptions.RemoveEmptyEntries))];
        Assert.Equal(["1", "-", "0"], [rows[0][0], rows[0][2], rows[0][3]]);
        Assert.Equal($"{await pod.LeaderAsync(Ct)}", rows[0][1]);
        Assert.Equal(["2", "systemd-journald"], [rows[1][0], rows[1][2]]);
        Assert.Contains(rows, static row => row[2] == "a" && row[3] == "1000" && row[^1] == "sleep 60");
        Assert.Contains(rows, static row => row[2] == "b" && row[3] == "0" && row[^1] == "sleep 61");
        Assert.Equal(2, (await Podctl.RunAsync(Ct, "top", "--no-legend", "--app=a", pod.Uuid)).Expect(0).Lines.Length);

        _ = (await Podctl.RunAsync(Ct, "stop", "--force", pod.Uuid)).Expect(0);
        Assert.Contains("its state is 'exited'", (await Podctl.RunAsync(Ct, "top", pod.Uuid)).ExpectFailure(3).Stderr, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task What_a_pod_uses_is_measured()
    {
        TestPod busy = await DetachAsync(Run.Shell("while :; do :; done"));
        TestPod idle = await DetachAsync("sleep", "60");
        JsonElement stats = JsonSerializer.Deserialize<JsonElement>((await Podctl.RunAsync(Ct, "stats", "--format=json", busy.Uuid, idle.Uuid)).Expect(0).Stdout);
        double Percent(int index) => stats[index].GetProperty("apps")[0].GetProperty("usage").GetProperty("cpu_percent").GetDouble();
        Assert.Equal(busy.Uuid, stats[0].GetProperty("name").GetString());
        Assert.InRange(Percent(0), 5, 150);
        Assert.InRange(Percent(1), 0, 5);
        Assert.Matches("^UUID\\s+APP\\s+CPU", (await Podctl.RunAsync(Ct, "stats", busy.Uuid)).Expect(0).Stdout);
        Assert.Equal("[]\n", (await Podctl.RunAsync(Ct, "stats", "--format=json", $"--dir={Scratch}/empty")).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task A_shell_completes_commands_pods_and_images()
    {
        string name = $"shop-{Guid.NewGuid():N}";
        TestPod pod = await DetachAsync(new Run("sleep", "60") { Flags = [$"--name={name}"] });
        Assert.Equal(["pause"], await CompleteAsync("podctl pau"));
        Assert.Equal([name], await CompleteAsync("podctl stop shop-"));
        Assert.Contains(pod.Uuid, await CompleteAsync("podctl stop "));

        // bash replaces what follows the last = or : only.
        Assert.Equal(["never"], await CompleteAsync("podctl run --pull-policy=nev"));
        Assert.Contains("5000/busybox:latest", await CompleteAsync("podctl run 127.0.0.1:5000/busy"));
    }

    [SystemFact]
    public async Task Fish_completes_too()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/fish"), "fish is not here");
        async Task<string[]> CompleteAsync(string line) => (await Cli.RunAsync(Ct, "env", $"HOME={Scratch}", "fish", "-c", $"complete -C '{line}'")).Expect(0).Lines;
        Assert.Equal(["run-prepared"], await CompleteAsync("podctl run-p"));
        Assert.Equal(["--format=json", "--format=json-pretty"], await CompleteAsync("podctl list --format="));
        Assert.Equal(["add"], await CompleteAsync("podctl app a"));
        Assert.Contains("/etc/hostname", await CompleteAsync("podctl fetch /etc/hostn"));
    }

    [SystemFact]
    public async Task Zsh_completes_too()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/zsh"), "zsh is not here");
        PseudoTerminal terminal = AtTerminal(24, 200, "zsh", "-f", "-i");
        async Task CompleteAsync(string line, string added)
        {
            int start = terminal.Screen.Text.Length;
            terminal.Type($"\x15{line}\t");
            _ = await terminal.Screen.WaitAsync(all => all[start..].Contains(added, StringComparison.Ordinal), $"'{added}' after '{line}'", Ct);
        }

        terminal.Type("fpath=(/usr/share/zsh/site-functions $fpath); autoload -U compinit; compinit -u -D; echo is-$((40+2))\r");
        _ = await terminal.Screen.WaitAsync(static all => all.Contains("is-42", StringComparison.Ordinal), "zsh is ready", Ct);
        await CompleteAsync("podctl run-p", "repared");
        await CompleteAsync("podctl list --format=json-", "pretty");
        await CompleteAsync("podctl app sa", "ndbox");
        await CompleteAsync("podctl fetch /etc/hostn", "ame");
        terminal.Type("\u0015exit\r");
        Assert.Equal(0, await terminal.ExitAsync(Ct));
    }

    /// <summary>What bash would offer.</summary>
    private static async Task<string[]> CompleteAsync(string line) => (await Cli.ShellAsync(Ct, $$"""
        . /usr/share/bash-completion/completions/podctl
        compopt() { :; }
        COMP_LINE='{{line}}'; COMP_POINT={{line.Length}}
        _podctl
        [ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}"
        """)).Expect(0).Lines;
}
