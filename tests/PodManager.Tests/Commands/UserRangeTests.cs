using Common.Contract;
using PodManager.Commands;
using PodManager.Lifecycle;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Commands;

public sealed class UserRangeTests
{
    private static readonly string[] Accounts = ["root:x:0:0:root:/root:/bin/bash", "nobody:x:65534:", "alice:x:300065536:5::/:", "broken", "no:number:x"];

    private static readonly string[] Delegations = ["root:100000:65536", "bob:200000:65536", "# a note", "0:400000:65536", "eve:x:y", "last:4294901760:65535"];

    [Theory]
    [InlineData("no", false)]
    [InlineData("0", false)]
    [InlineData("yes", true)]
    [InlineData("pick", true)]
    public void A_word_takes_none_or_any(string text, bool isPrivate)
    {
        Assert.Null(UserRange.Read(text, out PodUsers users));
        Assert.Equal((isPrivate, null), (users.IsPrivate, users.Given));
    }

    [Theory]
    [InlineData("300000000", 300000000u, 65536u)]
    [InlineData("300000001:70000", 300000001u, 70000u)]
    [InlineData("65536:2147287040", 65536u, 2147287040u)]
    public void A_number_is_the_first_of_a_range(string text, uint first, uint count)
    {
        // The last one meets whoever has ids on the machine that runs this.
        string? fault = UserRange.Read(text, out PodUsers users);
        Assert.True(fault is null || fault.Contains("are not the pod's alone", StringComparison.Ordinal), fault);
        Assert.Equal(new IdRange(first, count), users.Given);
        Assert.Equal($"{first}:{count}", UserRange.Word(users.Given!));
    }

    [Theory]
    [InlineData("identity", "is none of no, pick and BASE[:COUNT]")]
    [InlineData("300000000:", "is none of")]
    [InlineData("300000000:65536:1", "is none of")]
    [InlineData("-1", "is none of")]
    [InlineData("4294967296", "is none of")]
    [InlineData("0x40000000", "is none of")]
    [InlineData("300000000:65535", "65535 ids are not enough")]
    [InlineData("65535:65536", "are not all between 65536 and 2147352575")]
    [InlineData("2147287041", "are not all between")]
    [InlineData("4294967295:4294967295", "the ids 4294967295 to 8589934589 are not all between")]
    [InlineData("65536:2147287041", "are not all between")]
    public void What_cannot_be_is_refused(string text, string part) => Assert.Contains(part, UserRange.Read(text, out _), StringComparison.Ordinal);

    [Theory]
    [InlineData(300000000u, 65536u, null)]
    [InlineData(300000000u, 65537u, "300065536 is the host's user 'alice'")]
    [InlineData(300065536u, 65536u, "300065536 is the host's user 'alice'")]
    [InlineData(300065537u, 65536u, null)]
    public void A_user_of_the_host_is_found(uint first, uint count, string? expected) => Assert.Equal(expected, HostIds.FindAccount(Accounts, new IdRange(first, count), "user"));

    [Theory]
    [InlineData(100000u, 65536u, null)] // root's, as for systemd-nspawn(1)
    [InlineData(400000u, 65536u, null)]
    [InlineData(199999u, 1u, null)]
    [InlineData(199999u, 2u, "f has given 200000:65536 to 'bob'")]
    [InlineData(265535u, 65536u, "f has given 200000:65536 to 'bob'")]
    [InlineData(265536u, 65536u, null)]
    public void What_a_user_may_take_is_found(uint first, uint count, string? expected) => Assert.Equal(expected, HostIds.FindDelegation(Delegations, new IdRange(first, count), "f"));
}
