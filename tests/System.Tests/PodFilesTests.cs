using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>What a pod's root leaves in the directories that the host reads: its journal, and the one that it shares with podctl.</summary>
public sealed class PodFilesTests : SystemTest
{
    // Every verb that reads of it has to end in this time, in little memory.
    private static readonly CliOptions InTime = new() { Deadline = TimeSpan.FromSeconds(20) };
    private const long MemoryLimitBytes = 512L << 20;

    [SystemFact]
    public async Task A_link_among_its_journals_shows_nobody_else_s()
    {
        string secret = $"secret-{Guid.NewGuid():N}";
        _ = (await Cli.RunAsync(Ct, "logger", secret)).Expect(0);
        _ = (await Cli.RunAsync(Ct, "journalctl", "--sync")).Expect(0);
        string host = $"/var/log/journal/{(await File.ReadAllTextAsync("/etc/machine-id", Ct)).Trim()}";
        TestPod pod = await DetachAsync(Run.Shell("echo mine; exec sleep 300"));
        await pod.WaitForLogAsync("mine", Ct);
        _ = await pod.InsideAsync(Ct, "sh", "-c", $"cd {pod.Journal} && for f in {host}/*.journal; do :; done; ln -s {host}/system.journal a.journal; ln -s {host} b; ln -s ../{Path.GetFileName(host)}/system.journal c.journal");
        foreach (string[] options in new[] { ["--all"], (string[])["--all", "--format=json"], ["--all", "--lines=1000"] })
        {
            string logs = (await Podctl.RunAsync(Ct, InTime, ["logs", .. options, pod.Uuid])).Expect(0).Stdout;
            Assert.Contains("mine", logs, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, logs, StringComparison.Ordinal);
        }
    }

    [SystemFact]
    public async Task What_is_no_journal_disturbs_neither_podctl_nor_journalctl()
    {
        TestPod pod = await DetachAsync(Run.Shell("echo mine; exec sleep 300"));
        await pod.WaitForLogAsync("mine", Ct);
        _ = await pod.InsideAsync(Ct, "sh", "-c", $"""
            cd {pod.Journal}
            mkfifo fifo.journal; mkdir directory.journal; ln -s loop.journal loop.journal; ln -s /dev/zero zero.journal; ln -s /dev/watchdog watchdog.journal; ln -s /proc/kmsg kmsg.journal
            : >empty.journal; truncate -s 15T huge.journal; head -c 3000000 /dev/urandom >random.journal; truncate -s 8M zeros.journal
            for i in 1 2 3 4 5 6 7 8; do head -c $((i * 300000 + i)) system.journal >cut$i.journal; done
            for i in 1 2 3 4 5 6 7 8; do cp system.journal bad$i.journal; head -c 4000 /dev/urandom | dd of=bad$i.journal bs=1 seek=$((i * 400)) conv=notrunc 2>/dev/null; done
            """);
        CliResult logs = await WithinMemoryAsync("podctl", "logs", pod.Uuid);
        Assert.Contains("mine", logs.Expect(0).Stdout, StringComparison.Ordinal);
        _ = (await Podctl.RunAsync(Ct, InTime, "logs", "--format=json", "--all", pod.Uuid)).Expect(0);
        _ = (await Cli.RunAsync(Ct, InTime, "journalctl", "--no-pager", "-q", "--merge", "-n", "5")).Expect(0);
        _ = (await Podctl.RunAsync(Ct, InTime, "status", pod.Uuid)).Expect(0);
        _ = (await Podctl.RunAsync(Ct, InTime, "rm", "--force", pod.Uuid)).Expect(0);
        Assert.False(Directory.Exists(pod.Journal));
    }

    [SystemFact]
    public async Task Journals_that_shrink_while_they_are_read_end_no_reader_by_a_signal()
    {
        TestPod pod = await DetachAsync(Run.Shell("i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; echo mine; exec sleep 300"));
        await pod.WaitForLogAsync("mine", Ct);
        Task<string> attack = pod.InsideAsync(Ct, "sh", "-c", $"cd {pod.Journal} && for i in $(seq 150); do cp system.journal x.journal; truncate -s $((4096 * (i % 60 + 1))) x.journal; done");
        while (!attack.IsCompleted)
        {
            CliResult logs = await Podctl.RunAsync(Ct, InTime, "logs", pod.Uuid);
            Assert.InRange(logs.ExitCode, 0, 1); // one line that says that it is damaged, at most
        }

        _ = await attack;
    }

    [SystemFact]
    public async Task A_message_that_is_small_only_on_the_disk_is_cut()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "needs python3");
        TestPod pod = await DetachAsync(Run.Shell("echo mine; exec sleep 300"));
        await pod.WaitForLogAsync("mine", Ct);

        // 200 MiB of zeros are 30 KiB in the journal.
        _ = await pod.InsideAsync(Ct, "python3", "-c", """
            import os, socket
            fd = os.memfd_create('m', os.MFD_ALLOW_SEALING)
            size = 200 << 20
            os.write(fd, b'SYSLOG_IDENTIFIER=busybox\n_X=1\nMESSAGE\n' + size.to_bytes(8, 'little'))
            os.ftruncate(fd, os.lseek(fd, 0, os.SEEK_CUR) + size)
            os.lseek(fd, 0, os.SEEK_END); os.write(fd, b'\n')
            import fcntl
            fcntl.fcntl(fd, 1033, 15)
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.connect('/run/systemd/journal/socket')
            s.sendmsg([], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fd.to_bytes(4, 'little'))])
            """);
        await Wait.UntilAsync(async () => (await pod.JournalAsync(Ct, "-o", "json", "--output-fields=_X", "-n", "5")).Stdout.Contains("\"SYSLOG_IDENTIFIER\"", StringComparison.Ordinal) || true, "it is logged", Wait.Deadline, Ct);
        CliResult logs = await WithinMemoryAsync("podctl", "logs", "--all", "--format=json", pod.Uuid);
        Assert.Contains("mine", logs.Expect(0).Stdout, StringComparison.Ordinal);
    }

    [SystemTheory]
    [InlineData("ln -s /etc/shadow")]
    [InlineData("ln -s /dev/zero")]
    [InlineData("ln -s /dev/watchdog")]
    [InlineData("ln -s /")]
    [InlineData("mkfifo")]
    [InlineData("mkdir")]
    [InlineData("truncate -s 15T")]
    [InlineData("dd if=/dev/urandom bs=1M count=3 of=")]
    [InlineData("socket")]
    public async Task What_it_puts_in_the_place_of_statuses_is_neither_followed_nor_waited_for(string what)
    {
        Assert.SkipUnless(what != "socket" || File.Exists("/usr/bin/python3"), "needs python3");
        TestPod pod = await DetachAsync(new Run("sleep", "300") with { AppFlags = ["--name=app", "--health-cmd=true", "--health-interval=1h"] });
        string make = what == "socket" ? "python3 -c \"import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])\" \"$p\"" : what.EndsWith('=') ? $"{what}$p 2>/dev/null" : $"{what} $p";
        _ = await pod.InsideAsync(Ct, "sh", "-c", $"cd /run/podctl; for p in status/app health/app app.end app.stdout app.lock notify app.mux; do rm -rf $p; {make}; done");
        foreach (string[] verb in new string[][] { ["list"], ["status", pod.Uuid], ["status", "--format=json", pod.Uuid], ["inspect", pod.Uuid], ["app", "status", "--app=app", pod.Uuid], ["app", "list", pod.Uuid], ["top", pod.Uuid], ["stats", "--no-stream", pod.Uuid], ["gc"] })
        {
            CliResult result = await WithinMemoryAsync(["podctl", .. verb]);
            Assert.DoesNotContain("root:", result.Stdout + result.Stderr, StringComparison.Ordinal);
            Assert.NotEqual((int)ExitCodes.Bug, result.ExitCode);
        }

        _ = (await Podctl.RunAsync(Ct, InTime, "attach", pod.Uuid)).ExitCode;
        _ = (await Podctl.RunAsync(Ct, InTime, "exec", pod.Uuid, "true")).Expect(0);
        _ = (await Podctl.RunAsync(Ct, new CliOptions { Deadline = TimeSpan.FromSeconds(50) }, "stop", "--force", pod.Uuid)).Expect(0);
        CliResult export = await Podctl.RunAsync(Ct, InTime, "export", pod.Uuid, $"{Scratch}/image.tar");
        Assert.NotEqual((int)ExitCodes.Bug, export.ExitCode);
        _ = (await Podctl.RunAsync(Ct, InTime, "rm", pod.Uuid)).Expect(0);
        Assert.True(File.Exists("/etc/shadow") && Directory.Exists("/dev"));
    }

    [SystemFact]
    public async Task A_foreground_podctl_overwrites_nothing_by_a_link_in_a_fifo_s_place()
    {
        string file = $"{Scratch}/host";
        await File.WriteAllTextAsync(file, "host's\n", Ct);
        using RunningPod running = Start(Run.Shell("echo up; exec sleep 300") with { Options = new CliOptions { KeepInputOpen = true } });
        TestPod pod = await running.PodAsync(Ct);
        await pod.WaitForLogAsync("up", Ct);
        _ = await pod.InsideAsync(Ct, "sh", "-c", $"cd /run/podctl; for n in stdin stdout stderr end lock stdin.end stdout.end; do rm -f busybox.$n; ln -s {file} busybox.$n; done; rm -rf status/busybox; ln -s {file} status/busybox");
        _ = await Podctl.RunAsync(Ct, InTime, "stop", pod.Uuid);
        _ = await running.FinishAsync(Ct);
        Assert.Equal("host's\n", await File.ReadAllTextAsync(file, Ct));
    }

    private static Task<CliResult> WithinMemoryAsync(params string[] command) =>
        Cli.RunAsync(Ct, InTime, "bash", ["-c", $"ulimit -d {MemoryLimitBytes / 1024}; exec \"$@\"", "-", .. command]);

    private enum ExitCodes
    {
        Bug = 70,
    }
}
