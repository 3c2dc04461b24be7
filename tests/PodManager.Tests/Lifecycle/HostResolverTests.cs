using PodManager.Lifecycle;
using Xunit;

namespace PodManager.Tests.Lifecycle;

public sealed class HostResolverTests
{
    [Theory]
    [InlineData("# c\nnameserver 10.0.0.1\nnameserver 127.0.0.53\nsearch a b\nsortlist x\n", "nameserver 10.0.0.1\nsearch a b\n")]
    [InlineData("nameserver ::1\nnameserver fe80::1%eth0\nnameserver fd00::1\noptions edns0\n", "nameserver fd00::1\noptions edns0\n")]
    [InlineData("nameserver 127.0.0.53\noptions edns0\n", null)]
    [InlineData("", null)]
    public void Only_servers_that_a_pod_can_reach_are_of_use(string text, string? rest) => Assert.Equal(rest is null ? null : HostResolver.Head + rest, HostResolver.Reduce(text));
}
