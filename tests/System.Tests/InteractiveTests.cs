using System.Tests.Harness;
using System.Text.RegularExpressions;
using Xunit;

namespace System.Tests;

/// <summary>`podctl run --interactive` at a real pseudo-terminal, among them the workshop's exercise.</summary>
public sealed partial class InteractiveTests : SystemTest
{
    private static readonly Run Bash = new("/bin/bash") { Image = "container:1.0", Flags = ["--interactive"] };

    [SystemFact]
    public async Task The_exercise()
    {
        // A store of its own, so that the image has to be downloaded.
        string store = $"{Podctl.DataDirectory}/exercise-{Guid.NewGuid():N}";
        try
        {
            await ExerciseAsync(store);
        }
        finally
        {
            TestPod pod = await LastPodAsync();
            _ = await Podctl.RunAsync(Ct, $"--dir={store}", "rm", "--force", pod.Uuid);
            Directory.Delete(store, recursive: true);
        }
    }

    private async Task ExerciseAsync(string store)
    {
        using PseudoTerminal terminal = AtTerminal(40, 120, Podctl.Program, [$"--dir={store}", .. Bash.Words(NewUuidFile())]);
        byte[] before = terminal.Settings;
        int at = await terminal.WaitForPromptAsync(0, Ct);
        string progress = terminal.Screen.Text[..at];
        Assert.Matches(@"Downloading sha256:[0-9a-f]{11} \[=+>? *\] [0-9.]+ [kM]?B / [0-9.]+ [kM]?B", progress);
        Assert.Equal(3, DownloadedLayer().Matches(progress).Select(static match => match.Value).Distinct().Count());
        TestPod pod = await LastPodAsync();

        Assert.Equal($"rkt-{pod.Uuid}\n", await terminal.CommandAsync("hostname", Ct));

        string[] processes = (await terminal.CommandAsync("ps -efa", Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches(@"^UID +PID +PPID +C +STIME +TTY +TIME +CMD$", processes[0]);
        Assert.Matches(@"^root +1 +0 .* \? .*/usr/lib/systemd/systemd ", processes[1]);
        Assert.Matches(@"^root +2 +1 .* \? .*/usr/lib/systemd/systemd-journald$", processes[2]);
        Assert.Matches(@"^root +[0-9]+ +1 .* console .*/bin/bash$", processes[3]);
        Assert.Matches(@"^root +[0-9]+ +[0-9]+ .* console .*ps -efa$", processes[4]);
        Assert.Equal(5, processes.Length);

        string[] run = [.. (await terminal.CommandAsync("ls -la run", Ct)).Split('\n').Where(static line => line.StartsWith('d') && !line.EndsWith('.'))];
        Assert.EndsWith(" systemd", Assert.Single(run), StringComparison.Ordinal);

        string mounts = await terminal.CommandAsync("mount", Ct);
        Assert.Matches(@"(?m)^overlay on / type overlay \(rw,", mounts);
        Assert.Matches(@"(?m)^proc on /proc type proc \(rw,nosuid,nodev,noexec", mounts);
        Assert.Matches(@"(?m)^sysfs on /sys type sysfs \(ro,", mounts);
        Assert.Matches(@"(?m)^\w+ on /sys/power type tmpfs \(ro,", mounts);

        string etc = await terminal.CommandAsync("ls -la /etc", Ct);
        Assert.Matches(@"(?m)^-rw-r--r-- .* hostname$", etc);
        Assert.Matches(@"(?m)^-rw-r--r-- .* hosts$", etc);
        Assert.DoesNotContain("resolv.conf", etc, StringComparison.Ordinal);
        Assert.Contains("No such file", await terminal.CommandAsync("ls -a /.dockerenv", Ct), StringComparison.Ordinal);

        Assert.Equal("/dev/console\n", await terminal.CommandAsync("tty", Ct));
        Assert.Contains($"rkt-{pod.Uuid}", (await Cli.RunAsync(Ct, "machinectl", "list", "--no-pager")).Stdout, StringComparison.Ordinal);

        terminal.Type("exit 5\r");
        Assert.Equal(5, await terminal.ExitAsync(Ct));
        Assert.Equal(before, terminal.Settings);
    }

    [SystemFact]
    public async Task The_terminal_is_raw_while_the_app_runs_and_as_before_afterwards()
    {
        using PseudoTerminal terminal = StartAtTerminal(Bash);
        byte[] before = terminal.Settings;
        _ = await terminal.WaitForPromptAsync(0, Ct);
        Assert.NotEqual(before, terminal.Settings);

        // Raw: Ctrl-C is the app's business, and interrupts what runs in the foreground of its terminal.
        // The command is in the foreground once it speaks; before, bash itself would get the signal.
        terminal.Type("sh -c 'echo $((40 + 2)); exec sleep 100'\r");
        _ = await terminal.Screen.WaitForAsync("42\r\n", Ct);
        terminal.Type("\x03");
        Assert.Contains("130\n", await AfterPromptAsync(terminal, "echo $?"), StringComparison.Ordinal); // bash may switch its paste mode around it
        terminal.Type("\x04"); // Ctrl-D
        Assert.Equal(0, await terminal.ExitAsync(Ct)); // that of the echo
        Assert.Equal(before, terminal.Settings);
    }

    [SystemFact]
    public async Task The_window_s_size_is_the_app_s_and_follows()
    {
        using PseudoTerminal terminal = StartAtTerminal(Bash, rows: 33, columns: 101);
        _ = await terminal.WaitForPromptAsync(0, Ct);
        Assert.Contains("33 101\n", await terminal.CommandAsync("stty size", Ct), StringComparison.Ordinal);

        // The app hears of it by SIGWINCH, too.
        terminal.Type("sh -c 'trap \"echo now \\$(stty size)\" WINCH; echo $((40 + 2)); while :; do sleep 0.05; done'\r");
        _ = await terminal.Screen.WaitForAsync("42\r\n", Ct);
        int prompt = terminal.Screen.Text.Length;
        terminal.Resize(44, 122);
        terminal.Signal(28); // SIGWINCH comes from the kernel only to the terminal's foreground group, which podctl is; once more does no harm
        _ = await terminal.Screen.WaitForAsync("now 44 122", Ct);
        terminal.Type("\x03");
        _ = await terminal.WaitForPromptAsync(prompt, Ct);
        Assert.Contains("44 122\n", await terminal.CommandAsync("stty size", Ct), StringComparison.Ordinal);
        terminal.Type("exit\r");
        Assert.Equal(0, await terminal.ExitAsync(Ct));
    }

    [SystemFact]
    public async Task The_terminal_s_name_and_colours_are_known()
    {
        using PseudoTerminal terminal = StartAtTerminal(Bash);
        _ = await terminal.WaitForPromptAsync(0, Ct);
        Assert.Equal("xterm\n", await terminal.CommandAsync("echo $TERM", Ct));
        Assert.Equal("0 0 0\n", await terminal.CommandAsync("test -t 0; a=$?; test -t 1; b=$?; test -t 2; echo $a $b $?", Ct));

        // Job control needs a controlling terminal and a process group in its foreground.
        Assert.Matches(@"\[1\]\+ +Running +sleep 100 &", await terminal.CommandAsync("sleep 100 & jobs; kill %1", Ct));
        terminal.Type("exit\r");
        _ = await terminal.ExitAsync(Ct);
    }

    [SystemTheory]
    [InlineData("TERM to podctl")]
    [InlineData("HUP to podctl")]
    [InlineData("machinectl terminate")]
    [InlineData("systemctl stop")]
    [InlineData("kill the app")]
    [InlineData("kill the leader")]
    [InlineData("the way out")]
    public async Task The_terminal_is_restored_whatever_happens(string what)
    {
        using PseudoTerminal terminal = StartAtTerminal(Bash);
        byte[] before = terminal.Settings;
        _ = await terminal.WaitForPromptAsync(0, Ct);
        TestPod pod = await LastPodAsync();
        switch (what)
        {
            case "TERM to podctl":
                terminal.Signal(Signals.Terminate);
                break;
            case "HUP to podctl":
                terminal.Signal(Signals.Hangup);
                break;
            case "machinectl terminate":
                _ = (await Cli.RunAsync(Ct, "machinectl", "terminate", pod.Machine)).Expect(0);
                break;
            case "systemctl stop":
                _ = (await Cli.RunAsync(Ct, "systemctl", "stop", pod.Scope)).Expect(0);
                break;
            case "kill the app":
                _ = (await Cli.ShellAsync(Ct, $"kill -9 $(cat {pod.Cgroup}/system.slice/container.service/cgroup.procs)")).Expect(0);
                break;
            case "kill the leader":
                _ = (await Cli.RunAsync(Ct, "kill", "-9", $"{await pod.LeaderAsync(Ct)}")).Expect(0);
                break;
            case "the way out":
                terminal.Type("\x1d\x1d\x1d");
                break;
        }

        int code = await terminal.ExitAsync(Ct);
        Assert.NotEqual(0, code);
        Assert.NotEqual(70, code);
        Assert.Equal(before, terminal.Settings);
    }

    [SystemFact]
    public async Task A_run_that_fails_leaves_the_terminal_alone()
    {
        using PseudoTerminal terminal = StartAtTerminal(new Run("/no/such/program") { Flags = ["--interactive"] });
        byte[] before = terminal.Settings;
        Assert.Equal(127, await terminal.ExitAsync(Ct));
        Assert.Equal(before, terminal.Settings);
        await ExpectNothingLeftAsync();
    }

    [SystemFact]
    public async Task Without_a_terminal_the_app_has_one_nevertheless()
    {
        CliResult result = await RunAsync(Run.Shell("tty; read x; echo \"got $x\"") with { Flags = ["--interactive"], Options = new CliOptions { Input = "typed\n"u8.ToArray() } });
        string[] lines = result.Expect(0).Stdout.Replace("\r", "", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        // The terminal echoes what is typed when it is, be it before the first output.
        Assert.Equal(["/dev/console", "got typed", "typed"], lines.Order(StringComparer.Ordinal));
    }

    [SystemFact]
    public async Task A_megabyte_of_output_appears_to_the_last_line()
    {
        // The image is there already, or a line of the fetch would be one of those that are counted.
        _ = (await Podctl.RunAsync(Ct, "fetch", "--quiet", Podctl.Trust, Podctl.Registry + "busybox:latest")).Expect(0);
        using PseudoTerminal terminal = StartAtTerminal(new Run("seq", "150000") { Flags = ["--interactive"] });
        Assert.Equal(0, await terminal.ExitAsync(Ct));
        string text = await terminal.Screen.WaitForAsync("\r\n150000\r\n", Ct);
        Assert.Equal(150_000, text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Count(static line => !line.StartsWith("podctl: ", StringComparison.Ordinal)));
    }

    private static async Task<string> AfterPromptAsync(PseudoTerminal terminal, string command)
    {
        // The interrupted command gives a prompt by itself.
        _ = await terminal.Screen.WaitAsync(static text => AfterInterrupt().IsMatch(text), "a prompt after the interrupt", Ct);
        return await terminal.CommandAsync(command, Ct);
    }

    [GeneratedRegex(@"\^C\r\n[^\n]*bash-[0-9.]+# $")]
    private static partial Regex AfterInterrupt();

    [GeneratedRegex(@"Downloading sha256:[0-9a-f]{11}")]
    private static partial Regex DownloadedLayer();
}
