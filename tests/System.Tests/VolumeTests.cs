using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>Files of the host's and of the pod's own that an app is shown.</summary>
public sealed class VolumeTests : SystemTest
{
    [SystemFact]
    public async Task What_root_owns_on_the_host_the_pod_s_root_owns_inside()
    {
        await File.WriteAllTextAsync($"{Data}/from-host", "hello\n", Ct);
        Run run = Run.Shell("stat -c %u:%g /data/from-host; cat /data/from-host; echo back >/data/from-pod") with { Flags = [$"--volume={Data}:/data"] };
        Assert.Equal(["0:0", "hello"], (await RunAsync(run)).Expect(0).Lines);
        Assert.Equal("back\n", await File.ReadAllTextAsync($"{Data}/from-pod", Ct));
        Assert.Equal("0:0", (await Cli.RunAsync(Ct, "stat", "-c", "%u:%g", $"{Data}/from-pod")).Expect(0).Stdout.Trim());
    }

    [SystemFact]
    public async Task Without_a_map_the_owners_are_nobody_inside()
    {
        Run run = new Run("stat", "-c", "%u:%g", "/data") with { Flags = [$"--volume=data,kind=host,source={Data},idmap=false", "--mount=volume=data,target=/data"] };
        Assert.Equal("65534:65534\n", (await RunAsync(run)).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task A_read_only_volume_cannot_be_written_to()
    {
        Run run = Run.Shell("touch /data/x; mount -o remount,rw /data; touch /data/x") with { Flags = [$"--volume={Data}:/data:ro"] };
        Assert.NotEqual(0, (await RunAsync(run)).ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Data));
    }

    [SystemFact]
    public async Task A_volume_of_the_pod_s_own_has_the_mode_and_owner_that_were_asked_for_and_goes_with_the_pod()
    {
        Run run = Run.Shell("stat -c %a:%u:%g /a/b; touch /a/b/x") with
        {
            Flags = ["--volume=own,kind=empty,mode=1777,uid=5,gid=6"],
            AppFlags = ["--mount=volume=own,target=a/b", "--user=1000"],
        };
        (CliResult result, TestPod pod) = await RunPodAsync(run);
        Assert.Equal("1777:5:6\n", result.Expect(0).Stdout);
        Assert.True(File.Exists($"{pod.Directory}/volumes/own/x"));
    }

    [SystemFact]
    public async Task What_is_mounted_below_comes_too_unless_it_is_not_wanted()
    {
        string below = Directory.CreateDirectory($"{Data}/below").FullName;
        _ = (await Cli.RunAsync(Ct, "mount", "-t", "tmpfs", "none", below)).Expect(0);
        try
        {
            await File.WriteAllTextAsync($"{below}/x", "", Ct);
            Run run = new("ls", "/data/below");
            Assert.Equal("x\n", (await RunAsync(run with { Flags = [$"--volume=d,kind=host,source={Data}", "--mount=volume=d,target=/data"] })).Expect(0).Stdout);
            Assert.Equal("", (await RunAsync(run with { Flags = [$"--volume=d,kind=host,source={Data},recursive=false", "--mount=volume=d,target=/data"] })).Expect(0).Stdout);
        }
        finally
        {
            _ = await Cli.RunAsync(CancellationToken.None, "umount", below);
        }
    }

    [SystemFact]
    public async Task A_file_covers_a_file()
    {
        await File.WriteAllTextAsync($"{Data}/file", "mine\n", Ct);
        Run run = new Run("cat", "/etc/passwd") with { Flags = [$"--volume={Data}/file:/etc/passwd:ro"] };
        Assert.Equal("mine\n", (await RunAsync(run)).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task A_device_is_allowed_when_it_is_a_volume()
    {
        // /dev/fuse by its number (devices.txt of the kernel), for root alone: the pod's root is, by the map.
        _ = (await Cli.RunAsync(Ct, "mknod", "-m", "600", $"{Data}/device", "c", "10", "229")).Expect(0);
        Run run = Run.Shell("test -c /dev/mine && exec 3<>/dev/mine && echo opened");
        Assert.NotEqual(0, (await RunAsync(run with { Flags = [$"--volume={Data}:/there"], Command = ["sh", "-c", "exec 3<>/there/device"] })).ExitCode);
        Assert.Equal("opened\n", (await RunAsync(run with { Flags = [$"--volume={Data}/device:/dev/mine"] })).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task A_file_system_that_cannot_be_mapped_is_refused_with_the_way_out()
    {
        CliResult result = (await RunAsync(new Run("true") with { Flags = ["--volume=/proc:/p"] })).ExpectFailure(125);
        Assert.Contains("cannot map the owners of volume '/proc'", result.Stderr, StringComparison.Ordinal);
        Assert.Contains("idmap=false", result.Stderr, StringComparison.Ordinal);
        await ExpectNothingLeftAsync();
    }
}
