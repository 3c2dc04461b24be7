using PodManager.Lifecycle;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Commands;

public sealed class VolumeFlagsTests
{
    [Fact]
    public async Task Both_forms_of_a_volume_can_be_said()
    {
        RunOptions options = await CommandLineHarness.OptionsOf(
            "--volume=data,kind=host,source=/usr/../etc,readOnly=true,recursive=false,idmap=no", "--volume", "cache,kind=empty,mode=1777,uid=5,gid=6", "--volume=/etc/hosts:/srv/hosts:ro",
            "busybox", "--mount=volume=data,target=srv/./data/", "--mount=volume=cache,target=/a%2Cb");

        Assert.Equivalent(
            new PodVolume[]
            {
                new() { Name = "data", Source = "/etc", IsReadOnly = true, IsRecursive = false, IsIdMapped = false },
                new() { Name = "cache", Mode = 0x3FF, Uid = 5, Gid = 6 },
                new() { Name = "/srv/hosts", Source = "/etc/hosts", IsReadOnly = true },
            },
            options.Pod.Volumes,
            strict: true);
        Assert.Equal([new VolumeMount("cache", "/a,b"), new VolumeMount("data", "/srv/data"), new VolumeMount("/srv/hosts", "/srv/hosts")], options.Pod.Apps[0].Mounts);
    }

    [Theory]
    [InlineData("--volume=data", "kind=host or kind=empty")]
    [InlineData("--volume=Data,kind=empty", "no volume's name")]
    [InlineData("--volume=data,kind=file", "kind=host or kind=empty")]
    [InlineData("--volume=data,kind=host", "source=PATH")]
    [InlineData("--volume=data,kind=host,source=etc", "source=PATH")]
    [InlineData("--volume=data,kind=host,source=/nowhere/at/all", "nothing at '/nowhere/at/all'")]
    [InlineData("--volume=data,kind=host,source=/etc,mode=0755", "'mode' is nothing that a volume of kind host has")]
    [InlineData("--volume=data,kind=host,source=/etc,source=/usr", "KEY=VALUE, once")]
    [InlineData("--volume=data,kind=empty,mode=999", "no octal number")]
    [InlineData("--volume=data,kind=empty,uid=65536", "no number from 0 to 65535")]
    [InlineData("--volume=data,kind=empty,readOnly=perhaps", "neither true nor false")]
    [InlineData("--volume=/etc", "is no volume")]
    [InlineData("--volume=/etc:srv", "is no volume")]
    [InlineData("--volume=/etc:/", "is no volume")]
    [InlineData("--volume=/etc:/srv:rx", "is no volume")]
    [InlineData("--mount=volume=data,target=/srv", "there is no volume 'data'")]
    [InlineData("--mount=volume=data", "is not volume=NAME,target=PATH")]
    [InlineData("--mount=volume=data,target=/", "is not volume=NAME,target=PATH")]
    [InlineData("--mount=source=data,target=/srv", "neither volume=NAME nor target=PATH")]
    public async Task What_cannot_be_meant_is_refused(string flag, string message) =>
        Assert.Contains(message, (await CommandLineHarness.FailureOf("run", flag, "busybox")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Two_volumes_of_one_name_are_refused() => Assert.Contains(
        "two volumes 'data'", (await CommandLineHarness.FailureOf("run", "--volume=data,kind=empty", "--volume=data,kind=empty", "busybox")).Message, StringComparison.Ordinal);
}
