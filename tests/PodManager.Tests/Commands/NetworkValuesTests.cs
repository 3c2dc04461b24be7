using PodManager.Commands;
using PodManager.Lifecycle;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Commands;

public sealed class NetworkValuesTests
{
    [Theory]
    [InlineData("Named", "default", "")]
    [InlineData("Named", "default", "", "--net")]
    [InlineData("Named", "default", "", "--net=default")]
    [InlineData("None", "", "", "--net=none")]
    [InlineData("Host", "", "", "--net=host")]
    [InlineData("All", "", "", "--net=all")]
    [InlineData("Named", "lan,default-restricted", "IP=10.0.0.5;A=b", "--net=lan:IP=10.0.0.5;A=b,default-restricted")]
    [InlineData("Named", "a,b", "", "--net=a", "--net=b")]
    [InlineData("Named", "lan", "IP=fd00::5", "--net=lan:IP=fd00::5")]
    public async Task A_pod_is_on_the_networks_that_are_named(string mode, string names, string arguments, params string[] flags)
    {
        StartOptions start = (await CommandLineHarness.OptionsOf([.. flags, "busybox"])).Start;
        Assert.Equal(mode, start.Network.ToString());
        Assert.Equal(names, string.Join(',', start.Networks.Select(static request => request.Name)));
        Assert.Equal(arguments, string.Join(';', start.Networks.SelectMany(static request => request.Arguments)));
    }

    [Theory]
    [InlineData("80:8080", 80, null, null, 8080)]
    [InlineData("80-tcp:8080", 80, "tcp", null, 8080)]
    [InlineData("53-udp:127.0.0.1:53", 53, "udp", "127.0.0.1", 53)]
    [InlineData("53-sctp:[::1]:53", 53, "sctp", "::1", 53)]
    [InlineData("53:::1:53", 53, null, "::1", 53)]
    public void A_port_leads_to_one_of_the_pods(string text, int podPort, string? protocol, string? address, int hostPort)
    {
        Assert.Null(NetworkValues.ReadPort(text, out IReadOnlyList<PortMapping> ports));
        Assert.Equal(new PortMapping(podPort, protocol, address, hostPort), Assert.Single(ports));
    }

    [Theory]
    [InlineData("--net=a,a", "network 'a' is given twice")]
    [InlineData("--net=none,a", "--net=none stands alone")]
    [InlineData("--net=host,all", "--net=host stands alone")]
    [InlineData("--net=none:A=b", "--net=none takes no arguments")]
    [InlineData("--net=", "flag '--net' needs a value")]
    [InlineData("--net=,a", "'' is no network's name")]
    [InlineData("--net=a,", "'' is no network's name")]
    [InlineData("--net=../a", "'../a' is no network's name")]
    [InlineData("--net=a:b", "'b' is no KEY=VALUE for network 'a'")]
    [InlineData("--net=a:b=c;", "'' is no KEY=VALUE for network 'a'")]
    [InlineData("--port=80", "'80' is not PORT:[HOSTIP:]HOSTPORT")]
    [InlineData("--port=http:80", "'http' is no port")]
    [InlineData("--port=0:80", "'0' is no port")]
    [InlineData("--port=80-icmp:80", "'icmp' is no protocol")]
    [InlineData("--port=80:65536", "'65536' is no port of the host's")]
    [InlineData("--port=80:1.2.3:80", "'1.2.3' is no IP address")]
    [InlineData("--port=80::80", "'' is no IP address")]
    [InlineData("--port=80:1 --port=81:127.0.0.1:1", "port 127.0.0.1:1/tcp is mapped already")]
    [InlineData("--port=80:1 --net=none", "--port does not work with --net=none")]
    [InlineData("--port=80:1 --net=host", "--port does not work with --net=host")]
    public async Task What_is_wrong_is_told(string flags, string fault)
    {
        PodctlException e = await CommandLineHarness.FailureOf(["run", .. flags.Split(' '), "busybox"]);
        Assert.Equal(ExitCode.Usage, e.Code);
        Assert.Contains(fault, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ports_of_different_protocols_and_addresses_are_different() => Assert.Equal(
        3, (await CommandLineHarness.OptionsOf("--port=1:127.0.0.1:80", "--port=2:127.0.0.2:80", "--port=3-udp:80", "busybox")).Pod.Ports.Count);
}
