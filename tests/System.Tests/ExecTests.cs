using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>`podctl exec` and `podctl enter`: commands in a running app.</summary>
public sealed class ExecTests : SystemTest
{
    [SystemFact]
    public async Task Streams_and_the_exit_code_are_the_command_s()
    {
        TestPod pod = await DetachAsync("sleep", "300");
        CliResult result = await Cli.RunAsync(
            Ct, new CliOptions { Input = [0, 1, 2, 255, (byte)'\n'] }, Podctl.Program, "exec", pod.Uuid, "sh", "-c", "od -An -tx1; echo err >&2; exit 7");
        Assert.Equal(" 00 01 02 ff 0a", result.Expect(7).Stdout.TrimEnd());
        Assert.Equal("err\n", result.Stderr);
        Assert.Equal(128 + Signals.Kill, (await ExecAsync(pod, "sh", "-c", "kill -9 $$")).ExitCode);
        Assert.Equal("", (await Cli.RunAsync(Ct, new CliOptions { Input = "lost\n"u8.ToArray() }, Podctl.Program, "exec", "--interactive=no", pod.Uuid, "cat")).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task A_command_that_cannot_run_is_126_or_127()
    {
        TestPod pod = await DetachAsync("sleep", "300");
        Assert.Contains("'no-such-program'", (await ExecAsync(pod, "no-such-program")).ExpectFailure(127).Stderr, StringComparison.Ordinal);
        _ = (await ExecAsync(pod, "/no/such/program")).ExpectFailure(127);
        _ = (await ExecAsync(pod, "/etc/passwd")).ExpectFailure(126);
        _ = (await ExecAsync(pod, "/etc")).ExpectFailure(126);
        Assert.Contains("'/nowhere'", (await Podctl.RunAsync(Ct, "exec", "--workdir=/nowhere", pod.Uuid, "true")).ExpectFailure(125).Stderr, StringComparison.Ordinal);
        Assert.Contains("an empty word", (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "")).ExpectFailure(2).Stderr, StringComparison.Ordinal);
        _ = (await Podctl.RunAsync(Ct, "exec", "--user=stranger", pod.Uuid, "true")).ExpectFailure(125);
        _ = (await Podctl.RunAsync(Ct, "exec", "--app=other", pod.Uuid, "true")).ExpectFailure(125);
        _ = (await Podctl.RunAsync(Ct, "stop", pod.Uuid)).Expect(0);
        Assert.Contains("not running", (await ExecAsync(pod, "true")).ExpectFailure(125).Stderr, StringComparison.Ordinal);
    }

    [SystemTheory]
    [InlineData("--private-users=yes", "")]
    [InlineData("--private-users=no", "")]
    [InlineData("--private-users=yes", "--user=app")]
    [InlineData("--private-users=yes", "--caps-retain=CAP_NET_BIND_SERVICE --no-new-privs=true --oom-score-adj=77")]
    [InlineData("--private-users=yes", "--seccomp=mode=remove,chdir")]
    public async Task A_command_is_confined_as_the_app_is(string podFlag, string appFlags)
    {
        // The app's main process, and a command, tell the same of themselves.
        const string tell = "grep -E '^(Uid|Gid|Groups|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp):' /proc/self/status; cat /proc/self/oom_score_adj /proc/self/limits /proc/self/cgroup; "
            + "for n in user pid mnt net ipc uts cgroup; do readlink /proc/self/ns/$n; done; pwd; unshare -m true; echo $?; chroot / true; echo $?; ulimit -c";
        Run run = Run.Shell($"({tell}) > /tmp/app 2>&1; echo done; exec sleep 300") with { Image = "busybox:latest", Flags = [podFlag], AppFlags = [.. appFlags.Split(' ', StringSplitOptions.RemoveEmptyEntries)] };
        TestPod pod = await DetachAsync(run);
        await pod.WaitForLogAsync("done", Ct);
        string app = (await ExecAsync(pod, "cat", "/tmp/app")).Expect(0).Stdout;
        string command = (await ExecAsync(pod, "sh", "-c", $"({tell}) 2>&1")).Expect(0).Stdout;
        Assert.Contains("Seccomp:\t2", app, StringComparison.Ordinal);
        Assert.Equal(app, command);
    }

    [SystemTheory]
    [InlineData("--private-users=yes")]
    [InlineData("--private-users=no")]
    public async Task A_caller_s_inheritable_capabilities_get_nobody_beyond_the_bounding_set(string podFlag)
    {
        const string tell = "grep ^Cap /proc/self/status /proc/1/status | sed 's/.*status://'";
        string[] caller = ["--inh-caps=+sys_ptrace,+net_admin,+sys_module", "--", Podctl.Program];
        CliResult app = await Cli.RunAsync(Ct, "setpriv", [.. caller, .. (Run.Shell(tell) with { Flags = [podFlag] }).Words(NewUuidFile())]);
        TestPod pod = await DetachAsync(new Run("sleep", "60") { Flags = [podFlag] });
        CliResult command = await Cli.RunAsync(Ct, "setpriv", [.. caller, "exec", pod.Uuid, "sh", "-c", tell]);
        foreach (string text in new[] { app.Expect(0).Stdout, command.Expect(0).Stdout })
        {
            Assert.Contains("CapPrm:\t00000000a80425fb\nCapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\n", text, StringComparison.Ordinal);
            Assert.Equal(2, text.Split("CapInh:\t0000000000000000\n").Length - 1);
        }
    }

    [SystemTheory]
    [InlineData(SyscallProgram.Bpf)]
    [InlineData(SyscallProgram.Keyctl)]
    [InlineData(SyscallProgram.Mount)]
    [InlineData(SyscallProgram.Unshare)]
    [InlineData(SyscallProgram.Reboot)]
    public async Task A_system_call_is_answered_as_the_app_s(long number)
    {
        Assert.SkipUnless(SyscallProgram.IsSupported, "written for x86-64");
        const string script = "cat >/tmp/calls && chmod +x /tmp/calls && exec /tmp/calls";
        CliOptions input = new() { Input = SyscallProgram.Make((number, [0, 0, 0])) };
        int expected = (await RunAsync(Run.Shell(script) with { Options = input })).ExitCode;
        Assert.NotEqual(0, expected);
        TestPod pod = await DetachAsync("sleep", "300");
        Assert.Equal(expected, (await Cli.RunAsync(Ct, input, Podctl.Program, "exec", pod.Uuid, "sh", "-c", script)).ExitCode);
    }

    [SystemFact]
    public async Task Nothing_of_podctl_is_left_in_a_command()
    {
        TestPod pod = await DetachAsync("sleep", "300");
        Assert.Equal("0\n1\n2\n", (await ExecAsync(pod, "sh", "-c", "for f in /proc/self/fd/*; do [ -e $f ] && basename $f; done; true")).Expect(0).Stdout);
        string[] names = [.. (await ExecAsync(pod, "env")).Expect(0).Lines.Select(static line => line.Split('=')[0]).Order(StringComparer.Ordinal)];
        Assert.Equal(["AC_APP_NAME", "HOME", "LOGNAME", "PATH", "SHELL", "USER"], names);
        Assert.Equal("0\n", (await ExecAsync(pod, "sh", "-c", "echo $PPID")).Expect(0).Stdout); // its parent is not of the pod
    }

    [SystemFact]
    public async Task User_environment_and_directory_can_be_said()
    {
        TestPod pod = await DetachAsync(new Run("sleep", "300") { Image = "container:1.0", AppFlags = ["--environment=A=app"] });
        CliResult result = await Podctl.RunAsync(
            Ct, "exec", "--user=app", "--env=A=exec", "--env", "B=x=y", "--workdir=/srv", pod.Uuid, "--", "bash", "-c", "id; pwd; echo $A $B $HOME $USER");
        Assert.Equal("uid=1000(app) gid=1000(app) groups=1000(app),2000(data)\n/srv\nexec x=y /home/app app\n", result.Expect(0).Stdout);
        Assert.Equal("uid=1000(app) gid=2000(data) groups=2000(data)\n", (await Podctl.RunAsync(Ct, "exec", "-u", "app:data", pod.Uuid, "id")).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task Signals_reach_the_command()
    {
        TestPod pod = await DetachAsync("sleep", "300");
        using CliProcess process = CliProcess.Start(Podctl.Program, ["exec", pod.Uuid, "sh", "-c", "trap 'echo got; exit 9' USR1; echo ready; while :; do sleep 0.05; done"]);
        _ = await process.Output.WaitForAsync("ready", Ct);
        process.Signal(Signals.User1);
        CliResult result = await process.FinishAsync(Ct);
        Assert.Equal((9, "ready\ngot\n"), (result.ExitCode, result.Stdout));
    }

    [SystemFact]
    public async Task A_command_ends_with_podctl_and_with_the_pod()
    {
        TestPod pod = await DetachAsync("sleep", "300");
        for (int i = 0; i < 20; i++)
        {
            using CliProcess process = CliProcess.Start(Podctl.Program, ["exec", pod.Uuid, "sleep", "777"]);
            await Task.Delay(TimeSpan.FromMilliseconds(7 * i), Ct);
            process.Signal(Signals.Kill);
            _ = await process.FinishAsync(Ct);
        }

        await Wait.UntilAsync(
            async () => !(await ExecAsync(pod, "ps")).Stdout.Contains("777", StringComparison.Ordinal), "no command is left", Wait.Deadline, Ct);
        Assert.Empty((await Cli.RunAsync(Ct, "pgrep", "-x", "stage1")).Stdout);

        using CliProcess last = CliProcess.Start(Podctl.Program, ["exec", pod.Uuid, "sh", "-c", "echo ready; sleep 777"]);
        _ = await last.Output.WaitForAsync("ready", Ct);
        _ = (await Podctl.RunAsync(Ct, "stop", pod.Uuid)).Expect(0);
        Assert.Equal(128 + Signals.Kill, (await last.FinishAsync(Ct)).ExitCode);
    }

    [SystemFact]
    public async Task Many_commands_at_once_all_succeed()
    {
        TestPod pod = await DetachAsync("sleep", "300");
        CliResult[] results = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => ExecAsync(pod, "sh", "-c", $"echo {i}; exit {i}")));
        Assert.All(results.Index(), static entry => Assert.Equal((entry.Index, $"{entry.Index}\n"), (entry.Item.ExitCode, entry.Item.Stdout)));
    }

    [SystemFact]
    public async Task A_terminal_is_the_pod_s()
    {
        TestPod pod = await DetachAsync(new Run("sleep", "300") { Image = "container:1.0" });
        using PseudoTerminal terminal = AtTerminal(30, 100, Podctl.Program, "exec", "-it", pod.Uuid, "/bin/bash");
        byte[] before = terminal.Settings;
        _ = await terminal.WaitForPromptAsync(0, Ct);
        Assert.Matches(@"^/dev/pts/[0-9]+\n$", await terminal.CommandAsync("tty", Ct));
        Assert.Equal("30 100\n", await terminal.CommandAsync("stty size", Ct));
        Assert.Contains("pts/", await terminal.CommandAsync("ps -o tty= -p $$", Ct), StringComparison.Ordinal);
        terminal.Resize(40, 120);
        await Wait.UntilAsync(async () => await terminal.CommandAsync("stty size", Ct) == "40 120\n", "the new size", Wait.Deadline, Ct);
        terminal.Type("sleep 100\r");
        await Task.Delay(TimeSpan.FromMilliseconds(300), Ct);
        int at = terminal.Screen.Text.Length;
        terminal.Type("\u0003");
        _ = await terminal.WaitForPromptAsync(at, Ct);
        Assert.Equal("130\n", await terminal.CommandAsync("echo $?", Ct));
        terminal.Type("exit 3\r");
        Assert.Equal(3, await terminal.ExitAsync(Ct));
        Assert.Equal(before, terminal.Settings);
    }

    [SystemFact]
    public async Task The_caller_s_terminal_does_not_get_into_the_pod()
    {
        TestPod pod = await DetachAsync("sleep", "300");
        using PseudoTerminal terminal = AtTerminal(24, 80, Podctl.Program, "exec", pod.Uuid, "sh", "-c", "test -t 0 || test -t 1 || test -t 2 || echo no terminal; (echo x > /dev/tty) 2>/dev/null || echo none to open; exit 4");
        Assert.Equal(4, await terminal.ExitAsync(Ct));
        _ = await terminal.Screen.WaitForAsync("no terminal\r\nnone to open", Ct); // what it has shown may be read later
    }

    [SystemFact]
    public async Task Enter_is_the_pod_s_root_with_all_that_the_pod_can_do()
    {
        TestPod pod = await DetachAsync(new Run("sleep", "300") { Image = "container:1.0", AppFlags = ["--user=app"] });
        CliResult result = await Podctl.RunAsync(Ct, "enter", pod.Uuid, "bash", "-c", "id -u; pwd; grep CapEff /proc/self/status; mount -t tmpfs none /srv && echo mounted");
        string leader = (await File.ReadAllLinesAsync($"/proc/{await pod.LeaderAsync(Ct)}/status", Ct)).Single(static line => line.StartsWith("CapBnd", StringComparison.Ordinal)).Split('\t')[1];
        Assert.Equal($"0\n/\nCapEff:\t{leader}\nmounted\n", result.Expect(0).Stdout);

        using PseudoTerminal terminal = AtTerminal(24, 80, Podctl.Program, "enter", pod.Uuid);
        _ = await terminal.WaitForPromptAsync(0, Ct);
        Assert.Contains("assuming \"/bin/bash\"", terminal.Screen.Text, StringComparison.Ordinal);
        terminal.Type("exit 6\r");
        Assert.Equal(6, await terminal.ExitAsync(Ct));
    }

    private static Task<CliResult> ExecAsync(TestPod pod, params string[] command) => Podctl.RunAsync(Ct, ["exec", pod.Uuid, .. command]);
}
