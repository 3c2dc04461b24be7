using System.Globalization;
using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>Who has become root of a pod, with all that its systemd may do, against the host. On the way there an app had to be given what makes it that; what lies beyond must hold all the same.</summary>
public sealed class PodRootTests : SystemTest
{
    private static readonly string Loader = "/lib64/ld-linux-x86-64.so.2";

    [SystemTheory]
    [InlineData("/usr/bin/nsenter")]
    [InlineData("/usr/lib/podctl/stage1")]
    [InlineData("loader")]
    public async Task What_it_puts_in_a_program_s_place_is_executed_as_itself(string program)
    {
        Assert.SkipUnless(SyscallProgram.IsSupported, "written for x86-64");
        TestPod pod = await DetachAsync("sleep", "300");

        // Whoever is root of the host, and nobody else, may open this to write.
        byte[] evil = SyscallProgram.Make((SyscallProgram.Open, ["/proc/sys/kernel/core_pattern", 1]));
        string place = program == "loader" ? await pod.InsideAsync(Ct, "readlink", "-f", Loader) : program;
        string file = $"/proc/{await pod.LeaderAsync(Ct)}/root/etc/evil";
        await File.WriteAllBytesAsync(file, evil, Ct);
        File.SetUnixFileMode(file, (UnixFileMode)0x1ED);
        _ = await pod.InsideAsync(Ct, "mount", "--bind", "/etc/evil", place);

        // What is bound over is what is executed, if anything is: EACCES is its exit code.
        int expected = program == "loader" ? 13 : 0;
        Assert.Equal(expected, (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "true")).ExitCode);
        Assert.Equal(expected, (await Podctl.RunAsync(Ct, "enter", pod.Uuid, "true")).ExitCode);
        CliResult update = await Podctl.RunAsync(Ct, "update", "--app=busybox", "--cpu-shares=100", pod.Uuid);
        Assert.Equal(program == "loader", update.ExitCode != 0);
    }

    [SystemFact]
    public async Task What_it_puts_in_a_program_s_place_is_executed_as_itself_when_apps_come()
    {
        Assert.SkipUnless(SyscallProgram.IsSupported, "written for x86-64");
        TestPod pod = await SandboxAsync();
        string proof = $"/proc/{await pod.LeaderAsync(Ct)}/root/run/proof";
        await File.WriteAllTextAsync($"/proc/{await pod.LeaderAsync(Ct)}/root/etc/evil", "#!/bin/sh\ncat /proc/self/uid_map >/run/proof\nexit 1\n", Ct);
        File.SetUnixFileMode($"/proc/{await pod.LeaderAsync(Ct)}/root/etc/evil", (UnixFileMode)0x1ED);
        _ = await pod.InsideAsync(Ct, "mount", "--bind", "/etc/evil", "/usr/bin/nsenter");
        _ = (await AddAsync(pod)).Expect(0);
        Assert.False(File.Exists(proof));
    }

    [SystemFact]
    public async Task What_it_leaves_in_its_journal_s_directory_is_nobody_else_s()
    {
        TestPod pod = await DetachAsync("sleep", "300");
        _ = await pod.InsideAsync(Ct, "sh", "-c", $"cd {pod.Journal} && cp /usr/bin/id . && chmod 6755 id && cp id other && (chown 100:42 other 2>/dev/null; chown 100 other; chmod 6755 other)");
        string[] owners = (await Cli.RunAsync(Ct, "find", pod.Journal, "-printf", "%U %M %p\n")).Expect(0).Lines;
        Assert.True(owners.Length >= 4);
        Assert.All(owners, static owner => Assert.InRange(long.Parse(owner.Split(' ')[0], CultureInfo.InvariantCulture), 0x40000000, 0x6fffffff));

        // And other users of the host do not get there at all.
        Assert.NotEqual(0, (await Cli.RunAsync(Ct, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", $"{pod.Journal}/id")).ExitCode);
    }

    [SystemTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_read_only_stays_so(bool comesLater)
    {
        await File.WriteAllTextAsync($"{Data}/file", "host's\n", Ct);
        string volume = $"--volume={Data}:/data:ro";
        TestPod pod;
        if (comesLater)
        {
            pod = await SandboxAsync();
            _ = (await AddAsync(pod, volume)).Expect(0);
        }
        else
        {
            pod = await DetachAsync(new Run("sleep", "300") with { Flags = [volume] });
        }

        // Remounted, moved, bound anew; nothing changes what its mount may do.
        string said = await pod.InsideAsync(Ct, "sh", "-c", """
            for m in /run/host/volumes/*-0 /run/host/apps/*/rootfs/data /usr; do
                mount -o remount,bind,rw,suid,dev $m 2>/dev/null && echo "$m can be remounted"
                mkdir -p /run/x; mount --bind $m /run/x && mount -o remount,bind,rw /run/x 2>/dev/null && echo "a copy of $m can be remounted"
                (echo evil >>$m/file) 2>/dev/null && echo "$m can be written to"
                grep -q " $m [^ ]*nodev" /proc/self/mountinfo || echo "$m has devices"
                grep -q " $m [^ ]*nosuid" /proc/self/mountinfo || echo "$m has setuid programs"
            done
            ls -d /.carrier 2>/dev/null
            echo done
            """);
        Assert.Equal("done", said);
        Assert.Equal("host's\n", await File.ReadAllTextAsync($"{Data}/file", Ct));
    }

    [SystemTheory]
    [InlineData("umount /dev/pts && ln -s /dev/ptmx /dev/pts/ptmx")]
    [InlineData("umount /dev/pts && rmdir /dev/pts && ln -s /dev /dev/pts")]
    [InlineData("mount --bind /dev/net/tun /dev/pts/ptmx")]
    [InlineData("mount --bind /dev/null /dev/pts/ptmx")]
    public async Task A_terminal_is_the_pod_s_or_none(string change)
    {
        TestPod pod = await DetachAsync("sleep", "300");
        _ = await pod.InsideAsync(Ct, "sh", "-c", change);
        PseudoTerminal terminal = AtTerminal(24, 80, Podctl.Program, "exec", "--tty", pod.Uuid, "true");
        Assert.Equal(125, await terminal.ExitAsync(Ct));
    }

    [SystemFact]
    public async Task It_cannot_change_the_host_s_kernel_settings()
    {
        TestPod pod = await DetachAsync("sleep", "300");
        string said = await pod.InsideAsync(Ct, "sh", "-c", """
            umount /run/host/proc /run/host/sys 2>/dev/null # what the kernel wants to be there lies under a cover
            for proc in /proc /run/host/proc; do
                for f in sys/kernel/core_pattern sys/kernel/modprobe sys/kernel/hotplug sys/kernel/poweroff_cmd sys/kernel/sysrq sys/vm/panic_on_oom sys/fs/binfmt_misc/register sysrq-trigger; do
                    test -e $proc/$f && (cat /dev/null >$proc/$f) 2>/dev/null && echo "$proc/$f can be written"
                done
                (cat $proc/kcore | head -c 1 | wc -c) 2>/dev/null | grep -qx 1 && echo "$proc/kcore can be read"
                for root in $proc/[0-9]*/root; do ls $root/var/lib/podctl 2>/dev/null && echo "$root shows the host"; done
            done
            for sys in /sys /run/host/sys; do
                for f in kernel/uevent_helper kernel/mm/ksm/run power/state; do test -e $sys/$f && (cat /dev/null >$sys/$f) 2>/dev/null && echo "$sys/$f can be written"; done
            done
            mount -t debugfs x /mnt 2>/dev/null && echo debugfs
            mount -t tracefs x /mnt 2>/dev/null && echo tracefs
            mount -t securityfs x /mnt 2>/dev/null && echo securityfs
            mount -t devtmpfs x /mnt 2>/dev/null && echo devtmpfs
            mount -t ext4 /dev/vda /mnt 2>/dev/null && echo ext4
            for controller in memory devices cpu rdma; do # version 1, where the host has it
                mount -t cgroup -o $controller x /mnt 2>/dev/null || continue
                for f in release_agent notify_on_release cgroup.procs; do (echo 1 >/mnt/$f) 2>/dev/null && echo "$f of $controller can be written"; done
                mkdir /mnt/evil 2>/dev/null && echo "$controller has a cgroup more"
                umount /mnt
            done
            mknod /run/mem c 1 1 2>/dev/null && echo "a device can be made"
            hostname evil 2>/dev/null; date -s 2000-01-01 >/dev/null 2>&1 && echo "the clock can be set"
            dmesg >/dev/null 2>&1 && echo "the kernel's messages can be read"
            echo done
            """.Replace("/mnt", "/root", StringComparison.Ordinal));
        Assert.Equal("done", said);
    }

    [SystemFact]
    public async Task It_cannot_leave_its_cgroup_or_change_its_limits()
    {
        TestPod pod = await DetachAsync("sleep", "300");
        string said = await pod.InsideAsync(Ct, "sh", "-c", """
            cd /sys/fs/cgroup
            for f in memory.max memory.high cpu.max pids.max cgroup.freeze cgroup.kill cgroup.max.descendants io.max cpu.weight; do
                test -e $f && (echo max >$f) 2>/dev/null && echo "$f can be written"
            done
            ls .. | grep -qx rkt && echo "there is more above"
            mkdir /root/cg && mount -t cgroup2 none /root/cg && ls /root/cg | grep -E '^(machine|user).slice$'
            echo done
            """);
        Assert.Equal("done", said);
    }

    [SystemFact]
    public async Task It_reaches_nobody_on_the_host_s_buses()
    {
        TestPod pod = await DetachAsync("sleep", "300");
        string said = await pod.InsideAsync(Ct, "sh", "-c", """
            busctl --address=unix:path=/run/dbus/system_bus_socket list >/dev/null 2>&1 && echo "there is a bus"
            machinectl list >/dev/null 2>&1 && echo "machinectl works"
            systemctl --host=localhost list-units >/dev/null 2>&1 && echo "systemctl reaches the host"
            find /run /tmp /var -xdev -type s | grep -Ev '^/run/(systemd/(private|notify|journal/.*|io.system.ManagedOOM|userdb/.*|inaccessible/sock|io.systemd.*)|podctl/notify|user/.*)$'
            echo done
            """);
        Assert.Equal("done", said);
    }

    private static Task<CliResult> AddAsync(TestPod pod, params string[] flags) =>
        Podctl.RunAsync(Ct, ["app", "add", Podctl.Trust, pod.Uuid, Podctl.Registry + "busybox:latest", "--name=one", .. flags, "--", "sleep", "300"]);
}
