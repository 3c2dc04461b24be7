using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>Descriptors that a pod was not meant to have, and the runtime's own programs as seen from inside.</summary>
public sealed class DescriptorTests : SystemTest
{
    [SystemTheory]
    [InlineData("exec")]
    [InlineData("enter")]
    public async Task What_podctl_was_started_with_does_not_reach_a_command(string verb)
    {
        TestPod pod = await DetachAsync("sleep", "300");
        CliResult result = await Cli.ShellAsync(Ct, $"exec 5</etc 9</ 20</etc 21</ 99</etc; exec podctl {verb} {pod.Uuid} /bin/busybox sh -c 'ls /proc/self/fd'");
        Assert.Equal(["0", "1", "2", "3"], result.Expect(0).Lines); // the last is what ls(1) reads
    }

    [SystemTheory]
    [InlineData("--private-users=yes")]
    [InlineData("--private-users=no")]
    public async Task What_podctl_was_started_with_does_not_reach_a_pod(string flag)
    {
        Run run = Run.Shell("ls /proc/self/fd") with { Flags = [flag] };
        string line = string.Join(' ', run.Words(NewUuidFile()).Select(static word => $"'{word}'"));
        Assert.Equal(["0", "1", "2", "3"], (await Cli.ShellAsync(Ct, $"exec 5</etc 9</ 20</etc 21</ 99</etc; exec podctl {line}")).Expect(0).Lines);
    }

    [SystemFact]
    public async Task A_working_directory_among_the_descriptors_leads_nowhere()
    {
        TestPod pod = await DetachAsync(Run.Shell("for i in $(seq 0 120); do ln -s /proc/self/fd/$i /tmp/d$i; done; echo done; exec sleep 300"));
        await pod.WaitForLogAsync("done", Ct);
        string numbers = string.Join(' ', Enumerable.Range(0, 24).Append(99));
        CliResult result = await Cli.ShellAsync(Ct, $"""
            exec 5</etc 9</ 20</etc 21</ 99</etc
            for i in {numbers}; do
                for d in /proc/self/fd/$i /tmp/d$i; do
                    podctl exec --workdir=$d {pod.Uuid} cat passwd etc/passwd ../etc/shadow 2>/dev/null && echo "$d leads to the host"
                done
            done
            true
            """);
        Assert.Equal("", result.Expect(0).Stdout);
    }

    [SystemTheory]
    [InlineData("--private-users=yes")]
    [InlineData("--private-users=no")]
    public async Task An_image_cannot_ask_for_such_a_working_directory(string flag)
    {
        foreach (string directory in new[] { "/proc/self/fd/3", "/proc/self/fd/7", "/proc/self/fd/20", "/proc/self/cwd", "/proc/1/root", "/link" })
        {
            Run run = Run.Shell("cat passwd etc/passwd ../../../etc/shadow; ls") with { Flags = [flag], AppFlags = [$"--working-dir={directory}"] };
            string line = string.Join(' ', run.Words(NewUuidFile()).Select(static word => $"'{word}'"));
            CliResult result = await Cli.ShellAsync(Ct, $"exec 3</etc 7</ 20</etc; exec podctl {line}");
            Assert.DoesNotContain("root:", result.Stdout, StringComparison.Ordinal);
        }
    }

    [SystemTheory]
    [InlineData("--private-users=yes")]
    [InlineData("--private-users=no")]
    public async Task A_working_directory_that_an_app_makes_a_link_to_the_pod_s_root_leads_nowhere(string flag)
    {
        // Whoever is being started may do more than the app, and goes there first: systemd when the app is started again, `podctl exec`, and a health check.
        const string attack = "ls etc/systemd/system && echo OUT; if test -L /work; then echo again; exit 1; fi; rmdir /work; ln -s /proc/1/root /work; sleep 0.3; exit 1";
        TestPod pod = await DetachAsync(Run.Shell(attack) with { Flags = [flag], AppFlags = ["--name=app", "--restart=always", "--working-dir=/work", "--health-cmd=ls etc/systemd/system && echo OUT", "--health-interval=100ms"] });
        await Wait.UntilAsync(async () => (await pod.JournalAsync(Ct, "-o", "cat")).Stdout.Contains("working directory failed: Permission denied", StringComparison.Ordinal), "the app was started again", Wait.Deadline, Ct);
        Assert.DoesNotContain("OUT", await pod.LogsAsync(Ct), StringComparison.Ordinal);

        TestPod other = await DetachAsync(Run.Shell("rmdir /work; mkdir /links; for p in 1 2 3 4; do for n in root cwd; do ln -s /proc/$p/$n /links/$p$n; done; done; ln -s /proc/1/root /work; echo done; exec sleep 300") with { Flags = [flag], AppFlags = ["--working-dir=/work"] });
        await other.WaitForLogAsync("done", Ct);
        foreach (string directory in new[] { "/work", "/proc/1/root", "/links/1root", "/links/1cwd", "/links/2root", "/links/2cwd" })
        {
            Assert.Contains("Permission denied", (await Podctl.RunAsync(Ct, "exec", $"--workdir={directory}", other.Uuid, "ls", ".")).ExpectFailure(125).Stderr, StringComparison.Ordinal);
        }
    }

    [SystemTheory]
    [InlineData("--private-users=yes", "CAP_SYS_PTRACE")]
    [InlineData("--private-users=yes", "CAP_DAC_OVERRIDE")]
    [InlineData("--private-users=no", "CAP_DAC_OVERRIDE")]
    public async Task Nothing_in_a_pod_can_write_to_a_program_that_joins_it(string flag, string capability)
    {
        string[] programs = ["/usr/lib/podctl/stage1", "/usr/bin/podctl", "/usr/bin/nsenter", "/usr/bin/unshare", "/usr/bin/env", "/usr/lib/systemd/systemd", "/usr/bin/systemctl"];
        string before = (await Cli.RunAsync(Ct, "sha256sum", programs)).Expect(0).Stdout;

        // Whatever process there is that is not the app's own: its program is opened for writing, with its number in every form.
        Run run = Run.Shell("""
            while :; do
                for p in /proc/[0-9]*; do
                    case $(readlink $p/exe) in
                        */busybox | '') ;;
                        *) echo "seen $(readlink $p/exe)"; (: >>$p/exe) 2>/dev/null && echo "can write to $(readlink $p/exe)"
                           for m in $p/root$(readlink $p/exe) $p/cwd; do (: >>$m) 2>/dev/null && echo "can write to $m"; done ;;
                    esac
                done
            done
            """) with { Flags = [flag], AppFlags = [$"--caps-retain={capability},CAP_CHOWN,CAP_FOWNER,CAP_SETUID,CAP_SETGID,CAP_KILL,CAP_NET_RAW,CAP_MKNOD"] };
        TestPod pod = await DetachAsync(run);
        for (int i = 0; i < 20; i++)
        {
            _ = (await Podctl.RunAsync(Ct, i % 2 == 0 ? "exec" : "enter", pod.Uuid, "/bin/busybox", "true")).Expect(0);
        }

        _ = (await Podctl.RunAsync(Ct, "update", "--app=busybox", "--cpu-shares=200", pod.Uuid)).Expect(0);
        string said = await pod.LogsAsync(Ct);
        Assert.DoesNotContain("can write", said, StringComparison.Ordinal);
        Assert.Equal(before, (await Cli.RunAsync(Ct, "sha256sum", programs)).Expect(0).Stdout);
        if (capability == "CAP_SYS_PTRACE")
        {
            Assert.Contains("seen ", said, StringComparison.Ordinal); // it had something to try
        }
    }
}
