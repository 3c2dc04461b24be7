using System.Globalization;
using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>
/// A pod that takes as many as it can of what the host has, within bounds: meanwhile a neighbour answers, the host's systemd does, and podctl; after it nothing is left. Memory, processors and processes
/// against limits are in <see cref="LimitTests"/>, which needs their controllers.
/// </summary>
public sealed class FloodTests : SystemTest
{
    [SystemTheory]
    [InlineData("processes", "i=0; while test $i -lt 800; do sleep 300 & i=$((i + 1)); done; echo full; while :; do true & wait $!; done")]
    [InlineData("descriptors", "for p in $(seq 40); do (for n in $(seq 10 1000); do eval \"exec $n</dev/null\" 2>/dev/null || break; done; sleep 300) & done; sleep 1; echo full; wait")]
    [InlineData("pipes", "for p in $(seq 300); do (while :; do yes; done | head -c 2000000000 >/dev/null; sleep 300) & done; echo full; sleep 300")]
    [InlineData("files", "mkdir /f; for d in $(seq 20); do (mkdir /f/$d; cd /f/$d; seq 2000 | xargs touch) & done; wait; echo full; while :; do touch /f/$((i = (i + 1) % 9999)); done")]
    [InlineData("directories", "cd /tmp; i=0; while test $i -lt 500; do mkdir d && cd d || break; i=$((i + 1)); done; echo full; while :; do mkdir x; rmdir x; done")]
    [InlineData("lines", "echo full; yes 'a line of a flood' | head -n 400000; echo flooded; sleep 300")]
    [InlineData("long lines", "echo full; for i in $(seq 30); do head -c 1000000 /dev/zero | tr '\\0' x; done; echo; echo flooded; sleep 300")]
    public async Task Of_an_app(string what, string script)
    {
        TestPod flood = await DetachAsync(Run.Shell(script));
        await flood.WaitForLogAsync("full", Ct);
        await ExpectAnswersAsync();
        if (what.EndsWith("lines", StringComparison.Ordinal))
        {
            // Its own journal is what it fills, and its end is not lost in it.
            await flood.WaitForLogAsync("flooded", Ct);
        }

        _ = (await Podctl.RunAsync(Ct, "rm", "--force", flood.Uuid)).Expect(0);
        await ExpectNothingLeftAsync();
    }

    [SystemTheory]
    [InlineData("mounts", "mkdir /root/m; i=0; while test $i -lt 1500; do mount -t tmpfs x /root/m || break; i=$((i + 1)); done; echo $i")]
    [InlineData("namespaces", "i=0; while test $i -lt 100; do unshare --mount --uts --ipc sleep 300 >/dev/null 2>&1 & i=$((i + 1)); done; sleep 0.5; echo $i")]
    [InlineData("cgroups", "cd /sys/fs/cgroup/init.scope; i=0; while test $i -lt 1000; do mkdir c$i || break; i=$((i + 1)); done; echo $i")]
    [InlineData("units", "i=0; while test $i -lt 60; do systemd-run --no-block --quiet -p DefaultDependencies=no sleep 300 || break; i=$((i + 1)); done; echo $i")]
    public async Task Of_a_pod_s_root(string what, string script)
    {
        int mounts = (await File.ReadAllLinesAsync("/proc/self/mountinfo", Ct)).Length;
        int units = await UnitsAsync();
        TestPod flood = await DetachAsync("sleep", "300");
        string made = (await flood.InsideAsync(Ct, "sh", "-c", script)).Split('\n')[^1];
        Assert.InRange(int.Parse(made, CultureInfo.InvariantCulture), what == "units" ? 0 : 100, 1500);
        await ExpectAnswersAsync();

        // Of all that the host sees the scope alone.
        Assert.Equal(mounts, (await File.ReadAllLinesAsync("/proc/self/mountinfo", Ct)).Length);
        Assert.InRange(await UnitsAsync(), 0, units + 4);
        _ = (await Podctl.RunAsync(Ct, "rm", "--force", flood.Uuid)).Expect(0);
        await ExpectNothingLeftAsync();
    }

    /// <summary>The deadline of a command is that of a host which does not answer any more.</summary>
    private async Task ExpectAnswersAsync()
    {
        TestPod neighbour = await DetachAsync("sleep", "300");
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("here\n", (await Podctl.RunAsync(Ct, "exec", neighbour.Uuid, "echo", "here")).Expect(0).Stdout);
            _ = (await Cli.RunAsync(Ct, "systemctl", "show", "--property=Version")).Expect(0);
            _ = (await Cli.RunAsync(Ct, "systemd-run", "--quiet", "--wait", "true")).Expect(0);
            Assert.Contains(neighbour.Uuid, (await Podctl.RunAsync(Ct, "list", "--full")).Expect(0).Stdout, StringComparison.Ordinal);
        }

        Assert.Equal("out\n", (await RunAsync(new Run("echo", "out") { Flags = ["--rm"] })).Expect(0).Stdout);
        _ = (await Podctl.RunAsync(Ct, "rm", "--force", neighbour.Uuid)).Expect(0);
    }

    private static async Task<int> UnitsAsync() => (await Cli.RunAsync(Ct, "systemctl", "list-units", "--all", "--plain", "--no-legend")).Expect(0).Lines.Length;
}
