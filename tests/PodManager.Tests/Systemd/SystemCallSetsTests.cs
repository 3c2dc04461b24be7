using PodManager.Systemd;
using Xunit;

namespace PodManager.Tests.Systemd;

public sealed class SystemCallSetsTests
{
    [Fact]
    public void Sets_are_read_with_their_members()
    {
        Dictionary<string, List<string>> sets = SystemCallSets.Parse("@default\n    # System calls that are always permitted\n    brk\n    exit\n\n@mount\n    # Mounting\n    chroot\n    @default\n");
        Assert.Equal(["@default", "@mount"], sets.Keys);
        Assert.Equal(["brk", "exit"], sets["@default"]);
        Assert.Equal(["chroot", "@default"], sets["@mount"]);
    }
}
