using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>Images with links in the places where podctl mounts and writes.</summary>
public sealed class PlantedLinkTests : SystemTest
{
    [SystemTheory]
    [InlineData("proc", "/etc")]
    [InlineData("proc", "../../../../proc")]
    [InlineData("sys", "/proc/self/root/sys")]
    [InlineData("dev", "/tmp")]
    [InlineData("dev", "/proc/1/root/dev")]
    public async Task A_link_for_a_directory_of_the_kernel_s_is_refused(string path, string target)
    {
        foreach (string flag in new[] { "--private-users=yes", "--private-users=no" })
        {
            CliResult result = await RunAsync(OciImage.Tar(OciImage.Text(".wh." + path, ""), OciImage.Link(path, target)), new Run("true") with { Flags = [flag] });
            Assert.Contains($"has no directory at /{path}", result.ExpectFailure(125).Stderr, StringComparison.Ordinal);
        }
    }

    [SystemTheory]
    [InlineData("run", "proc/sys")]
    [InlineData("run", "../../../../../run")]
    [InlineData("run", "/proc/1/root/run")]
    [InlineData("etc", "/proc/sys/kernel")]
    [InlineData("etc", "/proc/1/root/etc")]
    [InlineData("etc/hosts", "/proc/sys/kernel/core_pattern")]
    [InlineData("etc/hosts", "/proc/1/root/etc/passwd")]
    [InlineData("etc/resolv.conf", "/proc/sysrq-trigger")]
    [InlineData("etc/hostname", "/dev/console")]
    [InlineData("etc/mtab", "/etc/shadow")]
    [InlineData("tmp", "/proc/1/root")]
    [InlineData("tmp", "/sys")]
    [InlineData("dev/console", "/etc/passwd")]
    [InlineData("dev/null", "/etc/shadow")]
    [InlineData("var/log", "/proc/1/root/var/log")]
    public async Task A_link_elsewhere_leads_nowhere_but_into_the_image(string path, string target)
    {
        string before = await HostAsync();
        byte[] layer = path.Contains('/', StringComparison.Ordinal) ? OciImage.Tar(OciImage.Link(path, target)) : OciImage.Tar(OciImage.Text(".wh." + path, ""), OciImage.Link(path, target));
        foreach (string flag in new[] { "--private-users=yes", "--private-users=no" })
        {
            // It runs or it is refused. What it must not do is to show or change anything outside, or to lay open what is hidden.
            Run run = Run.Shell("""
                for f in /proc/sysrq-trigger /proc/sys/kernel/core_pattern /proc/sys/vm/panic_on_oom; do test "$(stat -f -c %t $f 2>/dev/null)" = 9fa0 && (: >>$f) 2>/dev/null && echo "$f can be written"; done
                for d in / /run /etc /tmp /var/log /dev; do
                    ls $d/systemd/system $d/opt/stage2 $d/etc/systemd/system $d/podctl $d/host/proc $d/run/host $d/host/volumes $d/lib/podctl 2>/dev/null && echo "$d leads out"
                done
                ls -A /sys/fs /sys/power /sys/firmware 2>/dev/null | grep -v '^$' | grep -v ':$' && echo "what is hidden shows"
                echo done
                """) with
            { Flags = [flag, "--hosts-entry=10.0.0.1=x", "--dns=10.0.0.2"] };
            CliResult result = await RunAsync(layer, run);
            if (result.ExitCode == 0)
            {
                Assert.Equal("done\n", result.Stdout);
            }
            else
            {
                _ = result.ExpectFailure(125);
            }
        }

        Assert.Equal(before, await HostAsync());
    }

    [SystemTheory]
    [InlineData("/")]
    [InlineData("/proc")]
    [InlineData("/proc/sys")]
    [InlineData("/sys/fs")]
    [InlineData("/dev")]
    [InlineData("/proc/1/root")]
    [InlineData("../../../../../../..")]
    public async Task A_link_in_a_volume_s_place_uncovers_nothing(string target)
    {
        _ = (await Cli.ShellAsync(Ct, $"mkdir -p {Data}/bin {Data}/proc {Data}/sys {Data}/dev; mkdir -p {Data}/kernel; echo evil >{Data}/kernel/core_pattern")).Expect(0);
        string before = await HostAsync();
        foreach (string flag in new[] { "--private-users=yes", "--private-users=no" })
        {
            Run run = Run.Shell("""
                for f in /proc/sysrq-trigger /proc/sys/kernel/core_pattern /proc/sys/vm/panic_on_oom; do test "$(stat -f -c %t $f 2>/dev/null)" = 9fa0 && (: >>$f) 2>/dev/null && echo "$f can be written"; done
                ls -A /sys/power 2>/dev/null | grep -q state && echo "what is hidden shows"
                echo done
                """) with
            { Flags = [flag, $"--volume={Data}:/data"] };
            CliResult result = await RunAsync(OciImage.Tar(OciImage.Link("data", target)), run);
            Assert.True(result.ExitCode != 0 || result.Stdout == "done\n", result.ToString());
        }

        Assert.Equal(before, await HostAsync());
    }

    private async Task<CliResult> RunAsync(byte[] layer, Run run)
    {
        using OwnStore store = new();
        using FakeRegistry registry = new(OciImage.WithLayer(layer));
        return await RunAsync(run with { Image = registry.Image, Flags = [store.Flag, "--quiet", .. run.Flags] });
    }

    private static async Task<string> HostAsync() => (await Cli.ShellAsync(
        Ct, "cat /proc/sys/kernel/core_pattern /proc/sys/vm/panic_on_oom; sha256sum /etc/passwd /etc/hosts /etc/shadow /etc/hostname; ls -la /run/podctl /etc/systemd/system | grep -v '^total'; stat -c '%a %u %n' /tmp /run /var/log /dev /dev/null")).Stdout;
}
