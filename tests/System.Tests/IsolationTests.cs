using System.Formats.Tar;
using System.Globalization;
using System.Tests.Harness;
using System.Text.Json.Nodes;
using Xunit;

namespace System.Tests;

/// <summary>What a pod cannot see and cannot do.</summary>
public sealed class IsolationTests : SystemTest
{
    // The fourteen capabilities that container runtimes grant, capabilities(7).
    private const string DefaultCapabilities = "00000000a80425fb";

    [SystemFact]
    public async Task A_pod_has_its_own_user_namespace()
    {
        string[] words = (await RunAsync("cat", "/proc/self/uid_map", "/proc/self/gid_map")).Expect(0).Stdout.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["0", words[1], "65536", "0", words[1], "65536"], words);
        Assert.InRange(long.Parse(words[1], CultureInfo.InvariantCulture), 0x80000, 0x6fffffff);
    }

    [SystemFact]
    public async Task The_pod_s_root_is_nobody_on_the_host()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        string[] status = await File.ReadAllLinesAsync($"/proc/{await pod.LeaderAsync(Ct)}/status", Ct);
        string[] uids = Assert.Single(status, static line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1..];
        Assert.All(uids, static uid => Assert.InRange(long.Parse(uid, CultureInfo.InvariantCulture), 0x80000, 0x6fffffff));
    }

    [SystemFact]
    public async Task Private_users_no_shares_the_host_s_users()
    {
        Run run = Run.Shell("cat /proc/self/uid_map; grep CapBnd /proc/self/status") with { Flags = ["--private-users=no"] };
        string[] lines = (await RunAsync(run)).Expect(0).Lines;
        Assert.Equal(["0", "0", "4294967295"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal($"CapBnd:\t{DefaultCapabilities}", lines[1]);
    }

    [SystemFact]
    public async Task The_capabilities_are_the_default_set()
    {
        Run run = new("grep", "Cap", "/proc/self/status");
        await ExpectAsync(run, DefaultCapabilities);
        await ExpectAsync(run with { AppFlags = ["--user=app"] }, "0000000000000000");

        async Task ExpectAsync(Run run, string effective)
        {
            string[] lines = (await RunAsync(run)).Expect(0).Lines;

            // Since 256, systemd leaves CAP_SETPCAP, with which it has set the filter of system calls, inheritable. Only a file that is marked for it would get it.
            Assert.Contains(lines[0], (string[])["CapInh:\t0000000000000000", "CapInh:\t0000000000000100"]);
            Assert.Equal([$"CapPrm:\t{effective}", $"CapEff:\t{effective}", $"CapBnd:\t{DefaultCapabilities}", "CapAmb:\t0000000000000000"], lines[1..]);
        }
    }

    [SystemTheory]
    [InlineData("yes")]
    [InlineData("no")]
    public async Task System_calls_are_filtered_by_default(string privateUsers)
    {
        Run run = Run.Shell("grep ^Seccomp: /proc/self/status; unshare -U true 2>&1; mount -t tmpfs none /mnt 2>&1; chroot / echo chroot works")
            with
        { Flags = [$"--private-users={privateUsers}"] };
        Assert.Equal(
            ["Seccomp:\t2", "unshare: unshare(0x10000000): Operation not permitted", "mount: permission denied (are you root?)", "chroot works"],
            (await RunAsync(run)).Expect(0).Lines);

        // The test host has filters of its own, so that their number is what tells.
        Run count = Run.Shell("sed -n s/^Seccomp_filters:.//p /proc/self/status") with { Flags = [$"--private-users={privateUsers}"] };
        int filtered = int.Parse((await RunAsync(count)).Expect(0).Stdout, CultureInfo.InvariantCulture);
        int unfiltered = int.Parse((await RunAsync(count with { Flags = [$"--private-users={privateUsers}", "--insecure-options=image,http,seccomp"] })).Expect(0).Stdout, CultureInfo.InvariantCulture);
        Assert.True(filtered > unfiltered, $"{filtered} filters, and {unfiltered} without");
    }

    [SystemFact]
    public async Task A_filter_of_the_user_s_own_returns_an_error_or_kills()
    {
        Run run = Run.Shell("mkdir /x; echo $?");
        Assert.Equal("1\n", (await RunAsync(run with { AppFlags = ["--seccomp=mode=remove,errno=ENOSPC,mkdir,mkdirat"] })).Expect(0).Stdout);
        Assert.Equal("159\n", (await RunAsync(run with { AppFlags = ["--seccomp=mode=remove,mkdir,mkdirat"] })).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task What_an_app_may_use_is_what_was_asked_for()
    {
        Run run = Run.Shell("grep -E '^(CapBnd|NoNewPrivs|Groups)' /proc/self/status; cat /proc/self/oom_score_adj")
            with
        { AppFlags = ["--caps-retain=CAP_NET_ADMIN,CAP_SYS_TIME", "--no-new-privs", "--supplementary-gids=5,77", "--oom-score-adj=500", "--memory=64M", "--cpu=500m"] };
        Assert.Equal(["Groups:\t5 77 ", "CapBnd:\t0000000002001000", "NoNewPrivs:\t1", "500"], (await RunAsync(run)).Expect(0).Lines);
    }

    [SystemTheory]
    [InlineData("true", "", 1)]
    [InlineData("true", "--no-new-privs=no", 0)]
    [InlineData("false", "", 0)]
    [InlineData("false", "--no-new-privs", 1)]
    public async Task An_image_may_ask_for_no_new_privileges(string label, string flag, int expected)
    {
        using FakeRegistry registry = new(OciImage.WithConfig(config => config["Labels"] = new JsonObject { ["os/linux/no-new-privileges"] = label }));
        Run run = Run.Shell("grep NoNewPrivs /proc/self/status") with { Image = registry.Image, AppFlags = flag.Length == 0 ? [] : [flag] };
        Assert.Equal($"NoNewPrivs:\t{expected}\n", (await RunAsync(run)).Expect(0).Stdout);
    }

    [SystemTheory]
    [InlineData("yes")]
    [InlineData("no")]
    public async Task Keys_of_whoever_started_podctl_stay_with_them(string privateUsers)
    {
        // Without the filter of system calls, which refuses all of this: the search for a key that the caller's session keyring has (keyctl(2), KEYCTL_SEARCH), in an app and in a command of it.
        Assert.SkipUnless(SyscallProgram.IsSupported && File.Exists("/usr/bin/python3"), "written for x86-64, needs python3");
        byte[] search = SyscallProgram.Make((SyscallProgram.Keyctl, [10, -3, "user", "podctl-test", 0]));
        using FakeRegistry registry = new(OciImage.WithLayer(OciImage.Tar(new PaxTarEntry(TarEntryType.RegularFile, "search") { DataStream = new MemoryStream(search), Mode = (UnixFileMode)0x1ED })));
        Run run = new("sh", "-c", "/search; echo $?; exec sleep 300") { Image = registry.Image, IsTrusted = false, Flags = ["--detach", $"--private-users={privateUsers}", "--insecure-options=image,http,seccomp"] };
        string file = $"{Scratch}/search";
        await File.WriteAllBytesAsync(file, search, Ct);
        File.SetUnixFileMode(file, (UnixFileMode)0x1ED);
        string uuid = NewUuidFile();
        string words = string.Join(' ', run.Words(uuid).Select(static word => $"'{word}'"));

        // x86-64's numbers of add_key(2) and keyctl(2): a session keyring of its own, a key in it, and all the rest with that.
        string script = $"{file}; echo found $?; podctl {words} >/dev/null && podctl exec $(cat {uuid}) /search; echo exec $?";
        CliResult result = await Cli.RunAsync(Ct, "python3", "-c", """
            import ctypes, os, sys
            libc = ctypes.CDLL(None)
            libc.syscall(250, 1, None)
            assert libc.syscall(248, b'user', b'podctl-test', b'secret', 6, -3) > 0
            os.execv('/bin/sh', ['sh', '-c', sys.argv[1]])
            """, script);
        Assert.Equal(["found 0", "exec 126"], result.Expect(0).Lines); // ENOKEY
        TestPod pod = new(await File.ReadAllTextAsync(uuid, Ct));
        await pod.WaitForLogAsync("126", Ct);
    }

    [SystemFact]
    public async Task An_app_reaches_the_journal_s_sockets_for_logging_and_no_others()
    {
        // Beside them there is one by which root could have the journal leave the host's directory.
        TestPod pod = await DetachAsync("sleep", "300");
        Assert.Equal(["io.systemd.journal"], (await pod.InsideAsync(Ct, "sh", "-c", "cd /run/systemd/journal; ls -d io.*")).Split('\n'));
        const string look = "cd /run/systemd/journal; for f in *; do test -S $f && echo $f; done; ls -A | wc -l; touch x 2>/dev/null && echo written; true";
        string[] expected = ["dev-log", "socket", "stdout", "3"];
        Assert.Equal(expected, (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "sh", "-c", look)).Expect(0).Lines);

        // Also after journald has been started anew, and they still lead there.
        _ = await pod.InsideAsync(Ct, "systemctl", "restart", "systemd-journald.service");
        Assert.Equal(expected, (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "sh", "-c", look)).Expect(0).Lines);
        _ = (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "logger", "still-heard")).Expect(0);
        await Wait.UntilAsync(async () => (await pod.JournalAsync(Ct, "-o", "cat")).Stdout.Contains("still-heard", StringComparison.Ordinal), "it is logged", Wait.Deadline, Ct);
    }

    [SystemFact]
    public async Task A_read_only_root_leaves_a_few_places_to_write()
    {
        Run run = Run.Shell("touch /x 2>/dev/null || echo no; for d in /run /tmp /var/tmp /dev/shm; do touch $d/x && echo $d; done") with { AppFlags = ["--readonly-rootfs"] };
        Assert.Equal(["no", "/run", "/tmp", "/var/tmp", "/dev/shm"], (await RunAsync(run)).Expect(0).Lines);
    }

    [SystemFact]
    public async Task The_pod_s_systemd_has_no_capability_that_it_does_not_need()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        string[] status = await File.ReadAllLinesAsync($"/proc/{await pod.LeaderAsync(Ct)}/status", Ct);
        ulong bounding = ulong.Parse(Assert.Single(status, static line => line.StartsWith("CapBnd:", StringComparison.Ordinal)).Split('\t')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        int[] refused = [16, 17, 25, 34, 38, 39]; // SYS_MODULE, SYS_RAWIO, SYS_TIME, SYSLOG, PERFMON, BPF
        Assert.All(refused, capability => Assert.Equal(0UL, bounding & (1UL << capability)));
    }

    [SystemTheory]
    [InlineData("yes")]
    [InlineData("no")]
    public async Task Paths_are_masked(string privateUsers)
    {
        const string script = """
            for p in /proc/kcore /proc/keys /proc/timer_list /proc/kallsyms /proc/config.gz /sys/firmware /sys/power /sys/fs /sys/module /sys/hypervisor; do
                test -e $p || continue
                if test -d $p; then content=$(ls -A $p); else content=$(cat $p 2>&1); fi
                echo "$p $(stat -c %a $p) <$content>"
            done
            """;
        string[] lines = (await RunAsync(Run.Shell(script) with { Flags = [$"--private-users={privateUsers}"] })).Expect(0).Lines;
        Assert.Contains("/sys/power 0 <>", lines);
        Assert.Contains("/sys/fs 0 <>", lines);
        Assert.Contains("/proc/keys 0 <>", lines);
        Assert.All(lines, static line => Assert.EndsWith(" 0 <>", line, StringComparison.Ordinal));
    }

    [SystemTheory]
    [InlineData("yes")]
    [InlineData("no")]
    public async Task Other_paths_are_read_only(string privateUsers)
    {
        const string script = """
            for f in /proc/sysrq-trigger /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/vm/panic_on_oom /sys/kernel/uevent_helper /sys/kernel/mm/ksm/run; do
                test -e $f || continue
                (echo 0 >$f) 2>/dev/null && echo "$f can be written"
                (echo 0 >$f) 2>&1 | grep -q 'Read-only file system' || echo "$f is refused for another reason"
            done
            mkdir /sys/x 2>/dev/null && echo "/sys can be written"
            mount -o remount,rw /proc/sys 2>/dev/null && echo "/proc/sys can be remounted"
            umount /proc/sys 2>/dev/null && echo "/proc/sys can be unmounted"
            echo done
            """;
        Assert.Equal("done\n", (await RunAsync(Run.Shell(script) with { Flags = [$"--private-users={privateUsers}"] })).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task Insecure_options_paths_shows_what_is_masked()
    {
        Run run = Run.Shell("ls /sys/power | grep -c state; ls -A /sys/module | grep -c .") with { IsTrusted = false, Flags = ["--insecure-options=image,http,paths"] };
        Assert.DoesNotContain("0", (await RunAsync(run)).Lines);
    }

    [SystemFact]
    public async Task The_device_directory_has_the_pseudo_devices_and_nothing_else()
    {
        string[] names = (await RunAsync("ls", "/dev")).Expect(0).Lines;
        string[] known = ["console", "fd", "full", "mqueue", "net", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom", "zero", "core", "log", "fuse"];
        Assert.Empty(names.Except(known));
        Assert.Empty(((string[])["null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm", "fd", "stdin", "stdout", "stderr"]).Except(names));
        Assert.Equal("4\n", (await ShellAsync("echo x >/dev/null; head -c 4 /dev/urandom | wc -c; echo x 2>/dev/null >/dev/full && echo written")).Stdout);
    }

    [SystemFact]
    public async Task No_device_can_be_made_or_opened()
    {
        // In a user namespace mknod(2) itself is refused; without one the scope's device policy refuses to open what was made.
        Run run = Run.Shell("""
            mknod /tmp/kmsg c 1 11 2>/dev/null && (cat /tmp/kmsg >/dev/null) 2>/dev/null && echo "kmsg can be read"
            mknod /tmp/mem c 1 1 2>/dev/null && (head -c 1 /tmp/mem >/dev/null) 2>/dev/null && echo "mem can be read"
            for major in 7 8 254 253 252 259; do
                mknod /tmp/disk$major b $major 0 2>/dev/null && (head -c 1 /tmp/disk$major >/dev/null) 2>/dev/null && echo "disk $major can be read"
            done
            echo done
            """);
        Assert.Equal("done\n", (await RunAsync(run)).Expect(0).Stdout);
        Assert.Equal("done\n", (await RunAsync(run with { Flags = ["--private-users=no"] })).Expect(0).Stdout);
    }

    [SystemTheory]
    [InlineData("yes")]
    [InlineData("no")]
    public async Task The_environment_of_an_app_reaches_nothing_that_runs_as_the_pods_root(string privateUsers)
    {
        // The loader complains of what it cannot preload, wherever it heeds the variable; busybox is static, and has no loader.
        TestPod pod = await DetachAsync(Run.Shell("exit 3") with { Flags = [$"--private-users={privateUsers}"], AppFlags = ["-e", "LD_PRELOAD=/no/such.so", "-e", "PATH=/bin:/evil", "-e", "BASH_ENV=/evil"] });
        Assert.Equal(3, await pod.WaitForEndAsync(Ct));
        Assert.DoesNotContain("/no/such.so", (await pod.JournalAsync(Ct, "-o", "cat")).Stdout, StringComparison.Ordinal);
        CliResult run = await RunAsync(Run.Shell("exit 3") with { Flags = [$"--private-users={privateUsers}"], AppFlags = ["-e", "LD_PRELOAD=/no/such.so"] });
        Assert.Equal((3, ""), (run.ExitCode, run.Stdout));
        Assert.DoesNotContain("/no/such.so", run.Stderr, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task The_device_policy_is_the_scope_s()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        Assert.Equal("DevicePolicy=closed\n", (await Cli.RunAsync(Ct, "systemctl", "show", pod.Scope, "-p", "DevicePolicy")).Stdout);
    }

    [SystemFact]
    public async Task An_app_sees_the_pod_s_processes_and_no_others()
    {
        string[] commands = (await ShellAsync("cat /proc/[0-9]*/comm")).Expect(0).Lines;
        Assert.Equal(["cat", "systemd", "systemd-journal"], commands.Where(static name => name is not ("sh" or "flock")).Order(StringComparer.Ordinal));
    }

    [SystemTheory]
    [InlineData("yes")]
    [InlineData("no")]
    public async Task No_file_of_the_host_can_be_reached(string privateUsers)
    {
        string secret = $"/etc/podctl-test-secret-{Guid.NewGuid():N}";
        await File.WriteAllTextAsync(secret, "secret", Ct);
        try
        {
            // Through what shows other roots and directories, by descriptors, by links and by going up.
            string script = $"""
                for root in /proc/[0-9]*/root /proc/[0-9]*/cwd; do ls $root{secret} $root/../../../..{secret} 2>/dev/null; done
                for fd in /proc/[0-9]*/fd/*; do ls $fd{secret} $fd/../../../..{secret} 2>/dev/null; done
                cd /; cd ../../../../..; ls .{secret} 2>/dev/null
                ln -s ../../../../../../../..{secret} /tmp/link; cat /tmp/link 2>/dev/null
                ls /usr/lib/systemd /opt/stage2 /run/host /run/podctl /var/lib/podctl /host 2>/dev/null
                ls /proc/1/root/ /proc/2/root/ 2>/dev/null
                grep -o '/var/lib/podctl/pods' /proc/self/mountinfo
                echo done
                """;
            Assert.Equal("done\n", (await RunAsync(Run.Shell(script) with { Flags = [$"--private-users={privateUsers}"] })).Expect(0).Stdout);
        }
        finally
        {
            File.Delete(secret);
        }
    }

    [SystemTheory]
    [InlineData("yes")]
    [InlineData("no")]
    public async Task A_change_of_root_cannot_be_left(string privateUsers)
    {
        // The classic way out of chroot(2): a root below, a working directory outside, and up. Outside are the pod's root and systemd in it.
        int errno = await SystemCallsAsync(
            privateUsers,
            (SyscallProgram.MkDir, ["/below", 0x1ed]),
            (SyscallProgram.Chroot, ["/below"]),
            (SyscallProgram.ChDir, ["../../../../../../../../../.."]),
            (SyscallProgram.Chroot, ["."]),
            (SyscallProgram.Open, ["/usr/lib/systemd/systemd", 0]));
        Assert.Equal(2, errno); // ENOENT

        // The way itself works: at its end is the app's own root.
        Assert.Equal(0, await SystemCallsAsync(
            privateUsers,
            (SyscallProgram.MkDir, ["/below", 0x1ed]),
            (SyscallProgram.Chroot, ["/below"]),
            (SyscallProgram.ChDir, ["../../../../../../../../../.."]),
            (SyscallProgram.Chroot, ["."]),
            (SyscallProgram.Open, ["/bin/busybox", 0])));
    }

    [SystemTheory]
    [InlineData("yes")]
    [InlineData("no")]
    public async Task Bpf_is_refused(string privateUsers) => Assert.Equal(1, await SystemCallsAsync(privateUsers, (SyscallProgram.Bpf, [0, 0, 0]))); // EPERM

    [SystemFact]
    public async Task The_program_that_shows_that_bpf_is_refused_gets_another_answer_outside()
    {
        Assert.SkipUnless(SyscallProgram.IsSupported, "written for x86-64");
        string file = Path.Combine(Scratch, "bpf");
        await File.WriteAllBytesAsync(file, SyscallProgram.Make((SyscallProgram.Bpf, [0, 0, 0])), Ct);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.NotEqual(1, (await Cli.RunAsync(Ct, file)).ExitCode);
    }

    [SystemTheory]
    [InlineData("mount", SyscallProgram.Mount)]
    [InlineData("sethostname", SyscallProgram.SetHostName)]
    [InlineData("reboot", SyscallProgram.Reboot)]
    [InlineData("init_module", SyscallProgram.InitModule)]
    [InlineData("settimeofday", SyscallProgram.SetTimeOfDay)]
    public async Task What_needs_more_capabilities_is_refused(string name, long number)
    {
        foreach (string privateUsers in new[] { "yes", "no" })
        {
            object[] arguments = number switch
            {
                SyscallProgram.Mount => ["none", "/tmp", "tmpfs", 0, 0],
                SyscallProgram.SetHostName => ["evil", 4],
                SyscallProgram.Reboot => [unchecked((int)0xfee1dead), 672274793, 0], // Ctrl-Alt-Del off: harmless if it works
                SyscallProgram.SetTimeOfDay => ["\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 0],
                _ => [0, 0, 0],
            };

            // EPERM, or ENOSYS from a kernel that was built without it.
            Assert.True(await SystemCallsAsync(privateUsers, (number, arguments)) is 1 or 38, $"{name} is not refused with --private-users={privateUsers}");
        }
    }

    [SystemFact]
    public async Task The_apps_of_two_pods_cannot_signal_each_other()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        _ = await ShellAsync("kill -9 -1; echo");
        Assert.Equal("running", await pod.StateAsync(Ct));
    }

    [SystemFact]
    public async Task Other_users_of_the_host_cannot_look_into_pods()
    {
        TestPod pod = await DetachAsync("sleep", "60");
        string[] asNobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
        Assert.NotEqual(0, (await Cli.RunAsync(Ct, "setpriv", [.. asNobody, "ls", pod.Directory])).ExitCode);
        Assert.NotEqual(0, (await Cli.RunAsync(Ct, "setpriv", [.. asNobody, "ls", $"/proc/{await pod.LeaderAsync(Ct)}/root/"])).ExitCode);
    }

    /// <returns>The errno of the last call.</returns>
    private async Task<int> SystemCallsAsync(string privateUsers, params (long Number, object[] Arguments)[] calls)
    {
        Assert.SkipUnless(SyscallProgram.IsSupported, "written for x86-64");
        CliResult result = await RunAsync(Run.Shell("cat >/tmp/calls && chmod +x /tmp/calls && exec /tmp/calls") with
        {
            Flags = [$"--private-users={privateUsers}"],
            Options = new CliOptions { Input = SyscallProgram.Make(calls) },
        });
        return result.ExitCode;
    }
}
