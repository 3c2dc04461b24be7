using System.Globalization;
using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>A pod that swaps a directory of a shared volume for a link, again and again, while other pods mount below it. PODCTL_TEST_RACES says how often, for a longer proof.</summary>
public sealed class VolumeRaceTests : SystemTest
{
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("PODCTL_TEST_RACES") ?? "20", CultureInfo.InvariantCulture);

    [SystemTheory]
    [InlineData("--private-users=yes")]
    [InlineData("--private-users=no")]
    public async Task A_link_that_comes_and_goes_leads_a_mount_nowhere(string flag)
    {
        string shared = Directory.CreateDirectory($"{Data}/shared").FullName;
        string inner = Directory.CreateDirectory($"{Data}/inner").FullName;
        await File.WriteAllTextAsync($"{inner}/marker", "inner\n", Ct);
        string host = (await Cli.ShellAsync(Ct, HostState)).Stdout;
        TestPod attacker = await DetachAsync(Run.Shell("cd /s; mkdir -p d/below; i=0; while :; do for t in / /proc /proc/sys /sys /dev /etc /proc/1/root ../../../../../..; do ln -sfn $t l; mv d x; mv l d 2>/dev/null; rm -f d; mv x d; done; done")
            with
        { Flags = [flag, $"--volume={shared}:/s"] });
        for (int i = 0; i < Rounds; i++)
        {
            Run run = Run.Shell("for f in /proc/sysrq-trigger /proc/sys/kernel/core_pattern; do test \"$(stat -f -c %t $f 2>/dev/null)\" = 9fa0 && (: >>$f) 2>/dev/null && echo \"$f can be written\"; done; ls -A /sys/power 2>/dev/null | grep -q state && echo shows; echo done")
                with
            { Flags = ["--rm", flag, $"--volume={shared}:/s", $"--volume={inner}:/s/d/below"] };
            CliResult result = await RunAsync(run);
            Assert.True(result.ExitCode == 125 || result.Stdout is "done\n" or "", result.ToString());
        }

        _ = (await Podctl.RunAsync(Ct, "stop", "--force", attacker.Uuid)).Expect(0);
        Assert.Equal(host, (await Cli.ShellAsync(Ct, HostState)).Stdout);
        Assert.Equal(["marker"], Directory.GetFileSystemEntries(inner).Select(Path.GetFileName));
    }

    private const string HostState = "cat /proc/sys/kernel/core_pattern; sha256sum /etc/passwd /etc/shadow; ls -d /below /etc/below /dev/below /proc/below 2>/dev/null; stat -c '%a %u' /etc /dev /dev/null /";
}
