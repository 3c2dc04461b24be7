using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>System calls by which containers have been left, tried by an app's root with the default isolation, in an app and in a command of it.</summary>
public sealed class RefusedCallTests : SystemTest
{
    private const int NewUser = 0x10000000;
    private const int NewEverything = 0x7E020000; // user, mount, PID, network, IPC, UTS, cgroup

    // Number on x86-64, and arguments with which the call would do something or fail for another reason.
    private static readonly (string Name, long Number, object[] Arguments)[] Calls =
    [
        ("add_key", 248, ["user", "x", "y", 1, -3]), ("request_key", 249, ["user", "x", 0, -3]), ("keyctl", 250, [0, -3, 1]), ("perf_event_open", 298, [0, 0, -1, -1, 0]), ("bpf", 321, [0, 0, 0]),
        ("io_uring_setup", 425, [1, 0]), ("userfaultfd", 323, [0]), ("ptrace of PID 1", 101, [0x4206, 1, 0, 0]), ("pidfd_getfd", 438, [0, 0, 0]),
        ("unshare of users", 272, [NewUser]), ("unshare of everything", 272, [NewEverything]), ("unshare of mounts", 272, [0x20000]), ("clone of users", 56, [NewUser | 17, 0, 0, 0, 0]),
        ("clone of everything", 56, [NewEverything | 17, 0, 0, 0, 0]), ("setns", 308, [0, 0]), ("mount", 165, ["none", "/tmp", "tmpfs", 0, 0]), ("umount of /proc", 166, ["/proc/sys", 2]), ("pivot_root", 155, ["/tmp", "/tmp"]),
        ("fsopen", 430, ["tmpfs", 0]), ("open_tree", 428, [-100, "/", 1]), ("move_mount", 429, [-100, "/tmp", -100, "/mnt", 0]), ("mount_setattr", 442, [-100, "/", 0, 0, 0]), ("open_by_handle_at", 304, [-100, 0, 0]),
        ("init_module", 175, [0, 0, ""]), ("finit_module", 313, [0, "", 0]), ("delete_module", 176, ["x", 0]), ("kexec_load", 246, [0, 0, 0, 0]), ("kexec_file_load", 320, [0, 0, 0, "", 0]), ("reboot", 169, [unchecked((int)0xfee1dead), 672274793, 0]),
        ("swapon", 167, ["/tmp/x", 0]), ("acct", 163, ["/tmp/x"]), ("syslog", 103, [2, 0, 0]), ("iopl", 172, [3]), ("ioperm", 173, [0, 1, 1]), ("settimeofday", 164, ["\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 0]), ("clock_settime", 227, [0, 0]),
        ("adjtimex that sets", 159, ["\x01"]), ("quotactl", 179, [0x800002, "/dev/vda", 0, 0]), ("lookup_dcookie", 212, [0, 0, 0]), ("sethostname", 170, ["x", 1]),
        ("mknod of a disk", 133, ["/tmp/disk", 0x6180, 0x800]), ("mknod of memory", 133, ["/tmp/mem", 0x2180, 0x101]), ("fanotify_init", 300, [0, 0]), ("seccomp listener beyond its own", 317, [9, 0, 0]), ("vhangup", 153, []),
    ];

    [SystemTheory]
    [InlineData("yes")]
    [InlineData("no")]
    public async Task None_of_them_succeeds(string privateUsers)
    {
        Assert.SkipUnless(SyscallProgram.IsSupported, "written for x86-64");
        string directory = Directory.CreateDirectory($"{Scratch}/calls").FullName;
        for (int i = 0; i < Calls.Length; i++)
        {
            string file = $"{directory}/{i:000}";
            await File.WriteAllBytesAsync(file, SyscallProgram.Make((Calls[i].Number, Calls[i].Arguments)), Ct);
            File.SetUnixFileMode(file, (UnixFileMode)0x1ED);
        }

        TestPod pod = await DetachAsync(Run.Shell("while ! test -e /calls/go; do sleep 0.05; done; for c in /calls/[0-9]*; do $c; echo $? $c; done; echo done; exec sleep 300") with { Flags = [$"--private-users={privateUsers}"] });
        _ = (await Podctl.RunAsync(Ct, "cp", directory, $"{pod.Uuid}:/calls")).Expect(0);
        _ = (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "touch", "/calls/go")).Expect(0);
        await pod.WaitForLogAsync("done", Ct);
        string[] app = (await pod.LogsAsync(Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] command = (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "sh", "-c", "for c in /calls/[0-9]*; do $c; echo $? $c; done; echo done")).Expect(0).Lines;
        Assert.Equal(app, command);
        Assert.Equal(Calls.Length + 1, app.Length);
        string[] worked = [.. app.SkipLast(1).Where(static line => line.StartsWith("0 ", StringComparison.Ordinal)).Select(static line => Calls[int.Parse(line[^3..], null)].Name)];

        // A device can be made, and not be opened, where the pod's root is the host's.
        Assert.Empty(worked.Except(privateUsers == "no" ? ["mknod of a disk", "mknod of memory"] : []));
    }

    [SystemTheory]
    [InlineData("yes")]
    [InlineData("no")]
    public async Task A_terminal_cannot_be_typed_into(string privateUsers)
    {
        Assert.SkipUnless(SyscallProgram.IsSupported, "written for x86-64");

        // Input that an app puts into its own terminal must not get to the shell that started podctl (TIOCSTI, ioctl_tty(2)).
        byte[] program = SyscallProgram.Make((16, [0, 0x5412, "e"]), (16, [0, 0x5412, "v"]), (16, [0, 0x5412, "l"]), (16, [0, 0x541C, "\x03"]));
        await File.WriteAllBytesAsync($"{Scratch}/sti", program, Ct);
        File.SetUnixFileMode($"{Scratch}/sti", (UnixFileMode)0x1ED);
        TestPod pod = await DetachAsync(new Run("sleep", "300") with { Flags = [$"--private-users={privateUsers}"] });
        _ = (await Podctl.RunAsync(Ct, "cp", $"{Scratch}/sti", $"{pod.Uuid}:/sti")).Expect(0);
        foreach (string options in new[] { "", "--tty" })
        {
            PseudoTerminal shell = AtTerminal(24, 80, "/bin/bash", "-c", $"podctl exec {options} {pod.Uuid} /sti; sleep 0.3; read -t 1 -n 9 line; echo \"got <$line>\"");
            _ = await shell.Screen.WaitForAsync("got <>", Ct);
        }
    }

    [SystemTheory]
    [InlineData("yes")]
    [InlineData("no")]
    public async Task With_the_host_s_network_nobody_of_ours_listens(string privateUsers)
    {
        string[] before = await AbstractSocketsAsync();
        TestPod pod = await DetachAsync(new Run("sleep", "300") with { Flags = ["--net=host", $"--private-users={privateUsers}"] });
        using RunningPod foreground = Start(new Run("sleep", "300") with { Flags = ["--net=host", $"--private-users={privateUsers}"], Options = new CliOptions { KeepInputOpen = true } });
        _ = await foreground.PodAsync(Ct);
        _ = (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "true")).Expect(0);
        string[] seen = (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "cat", "/proc/net/unix")).Expect(0).Lines;
        Assert.Empty((await AbstractSocketsAsync()).Except(before));
        Assert.DoesNotContain(seen, static line => line.Contains('@', StringComparison.Ordinal) && (line.Contains("podctl", StringComparison.Ordinal) || line.Contains("rkt", StringComparison.Ordinal) || line.Contains("stage1", StringComparison.Ordinal)));
        foreground.Process.Signal(Signals.Terminate);
        _ = await foreground.FinishAsync(Ct);
    }

    /// <summary>Those with a name that does not depend on who opened it.</summary>
    private static async Task<string[]> AbstractSocketsAsync() =>
        [.. (await File.ReadAllLinesAsync("/proc/net/unix", Ct)).Select(static line => line.Split(' ')[^1]).Where(static name => name.StartsWith('@') && !name.Contains("/bus/", StringComparison.Ordinal))];
}
