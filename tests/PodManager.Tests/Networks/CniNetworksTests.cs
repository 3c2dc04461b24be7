using System.Text.Json.Nodes;
using PodManager.Lifecycle;
using PodManager.Networks;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Networks;

public sealed class CniNetworksTests : IDisposable
{
    private readonly FakePlugins _fake = new();
    private readonly PodId _pod = PodId.New();

    [Fact]
    public void A_chain_is_added_in_order_and_deleted_against_it()
    {
        _fake.Plugin("one");
        _fake.Plugin("two", "sed 's/.*\"prevResult\"://; s/}$//' <$here/ADD-two.in");
        _fake.Network("lan", "one", "two");
        PodNetwork network = Assert.Single(_fake.Networks.Join(_pod, _fake.Choose("lan"), "/proc/1/ns/net"));
        Assert.Equal(("lan", "eth0", "02:00:00:00:00:01", "10.1.0.7"), (network.Name, network.Interface, network.Mac, network.Address));
        Assert.Equal(["10.1.0.7/16"], network.Ips);
        Assert.Equal(["10.1.0.1"], network.Gateways);
        Assert.Equal([_pod], _fake.Networks.Owners());
        Assert.True(_fake.Networks.Leave(_pod));
        Assert.Equal(["ADD one", "ADD two", "DEL two", "DEL one"], _fake.Calls);
        Assert.Empty(_fake.Networks.Owners());
        Assert.False(_fake.Networks.Leave(_pod));
    }

    [Fact]
    public void A_plugin_gets_what_the_specification_says()
    {
        _fake.Plugin("one");
        _fake.Plugin("two");
        _fake.Network("lan", "one", "two");
        IReadOnlyList<NetworkAttachment> chosen = _fake.Networks.Choose(NetworkMode.Named, [new NetworkRequest("lan", ["IP=10.1.0.7", "X=y"])], [new PortMapping(80, "tcp", "127.0.0.1", 8080)]);
        _ = _fake.Networks.Join(_pod, chosen, "/proc/1/ns/net");
        string environment = _fake.Environment("ADD", "one");
        foreach (string variable in new[] { "CNI_ARGS=IgnoreUnknown=1;IP=10.1.0.7;X=y", $"CNI_CONTAINERID={_pod}", "CNI_IFNAME=eth0", "CNI_NETNS=/proc/1/ns/net" })
        {
            Assert.Contains($"{variable}\n", environment, StringComparison.Ordinal);
        }

        Assert.Contains($"CNI_PATH={_fake.PathOf("etc/cni")}:", environment, StringComparison.Ordinal);
        JsonNode first = JsonNode.Parse(_fake.Input("ADD", "one"))!;
        Assert.Equal(("lan", "1.0.0", null), ((string?)first["name"], (string?)first["cniVersion"], first["prevResult"]));
        Assert.Equal("""[{"hostPort":8080,"containerPort":80,"protocol":"tcp","hostIP":"127.0.0.1"}]""", first["runtimeConfig"]!["portMappings"]!.ToJsonString());
        Assert.Equal("10.1.0.7/16", (string?)JsonNode.Parse(_fake.Input("ADD", "two"))!["prevResult"]!["ips"]![0]!["address"]);
        Assert.True(_fake.Networks.Leave(_pod));
        Assert.Equal("10.1.0.7/16", (string?)JsonNode.Parse(_fake.Input("DEL", "one"))!["prevResult"]!["ips"]![0]!["address"]);
        Assert.Contains("CNI_NETNS=\n", _fake.Environment("DEL", "one"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""echo '{"code":11,"msg":"no addresses","details":"in 10.1.0.0/16"}'; exit 1""", "plugin 'two': no addresses: in 10.1.0.0/16")]
    [InlineData("echo oops >&2; exit 3", "plugin 'two': it ended with 3: oops")]
    [InlineData("exit 3", "plugin 'two': it ended with 3 and said nothing")]
    [InlineData("echo garbage", "plugin 'two' printed no result: 'garbage'")]
    [InlineData("true", "plugin 'two' printed no result")]
    [InlineData("kill -9 $$", "plugin 'two': it ended with 137")]
    public void A_chain_that_fails_is_undone_as_far_as_it_came(string add, string message)
    {
        _fake.Plugin("one");
        _fake.Plugin("two", add);
        _fake.Plugin("three");
        _fake.Network("lan", "one", "two", "three");
        PodctlException e = Assert.Throws<PodctlException>(() => _fake.Networks.Join(_pod, _fake.Choose("lan"), "/proc/1/ns/net"));
        Assert.StartsWith($"cannot join network 'lan': {message}", e.Message, StringComparison.Ordinal);
        Assert.True(_fake.Networks.Leave(_pod));
        Assert.Equal(["ADD one", "ADD two", "DEL three", "DEL two", "DEL one"], _fake.Calls);
        Assert.Equal("10.1.0.7/16", (string?)JsonNode.Parse(_fake.Input("DEL", "one"))!["prevResult"]!["ips"]![0]!["address"]);
    }

    [Fact]
    public void A_release_that_fails_asks_the_others_and_is_done_again()
    {
        _fake.Plugin("one");
        _fake.Plugin("two", rest: "exit 1");
        _fake.Network("lan", "one", "two");
        _ = _fake.Networks.Join(_pod, _fake.Choose("lan"), "/proc/1/ns/net");
        Assert.Contains("network 'lan': plugin 'two'", Assert.Throws<PodctlException>(() => _fake.Networks.Leave(_pod)).Message, StringComparison.Ordinal);
        Assert.Equal("DEL one", _fake.Calls[^1]);
        Assert.Equal([_pod], _fake.Networks.Owners());
        _fake.Plugin("two");
        Assert.True(_fake.Networks.Leave(_pod));
    }

    [Fact]
    public void Check_and_renew_go_through_the_chain_with_the_addresses_that_are_there()
    {
        _fake.Plugin("one");
        _fake.Network("lan", "one");
        _ = _fake.Networks.Join(_pod, _fake.Choose("lan"), "/proc/1/ns/net");
        _fake.Networks.Check(_pod, "/proc/1/ns/net");
        _fake.Networks.Renew(_pod, "/proc/1/ns/net");
        Assert.Equal(["ADD one", "CHECK one", "DEL one", "ADD one"], _fake.Calls);
        Assert.Equal("""{"cni":{"ips":["10.1.0.7"]}}""", JsonNode.Parse(_fake.Input("ADD", "one"))!["args"]!.ToJsonString());
    }

    [Fact]
    public void The_administrators_networks_replace_the_distributions_by_name()
    {
        _fake.Plugin("one");
        _fake.Configure("usr/net.d/90-default.conflist", "default", "vendor");
        _fake.Configure("usr/net.d/91-other.conflist", "other", "one");
        _fake.Configure("etc/net.d/10-mine.conf.conflist", "default", "one");
        File.WriteAllText(_fake.PathOf("etc/net.d/README"), "no network");
        Assert.Equal([("default", "eth0"), ("other", "eth1")], _fake.Networks.Choose(NetworkMode.All, [], []).Select(static one => (one.Network, one.Interface)));
        File.WriteAllText(_fake.PathOf("etc/net.d/91-other.conflist"), "");
        Assert.Equal("default", Assert.Single(_fake.Networks.List()).Name);
    }

    [Fact]
    public void All_that_is_in_the_way_is_told_at_once()
    {
        _fake.Network("lan", "absent");
        File.WriteAllText(_fake.PathOf("etc/net.d/broken.conf"), "{");
        PodctlException e = Assert.Throws<PodctlException>(() => _fake.Choose("lan", "nosuch"));
        Assert.Contains("broken.conf': it is no JSON", e.Message, StringComparison.Ordinal);
        Assert.Contains("networks not found: nosuch", e.Message, StringComparison.Ordinal);
        Assert.Contains("network 'lan' needs the plugin 'absent'", e.Message, StringComparison.Ordinal);
        Assert.Contains("containernetworking-plugins", e.Hint, StringComparison.Ordinal);
        Assert.Contains("--net=none", e.Hint, StringComparison.Ordinal);
        Assert.Equal(["absent"], _fake.Networks.List().Single(static network => network.Name == "lan").Missing);
    }

    [Fact]
    public void Two_networks_of_a_name_in_one_directory_are_one()
    {
        _fake.Plugin("one");
        _fake.Configure("etc/net.d/1.conflist", "lan", "one");
        _fake.Configure("etc/net.d/2.conflist", "lan", "absent");
        Assert.Equal("lan", Assert.Single(_fake.Choose("lan")).Network);
        Assert.Contains("2.conflist", Assert.Single(_fake.Messages.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Ports_need_a_network_that_maps_them()
    {
        _fake.Plugin("one");
        File.WriteAllText(_fake.PathOf("etc/net.d/lan.conf"), """{"cniVersion":"1.0.0","name":"lan","type":"one"}""");
        PodctlException e = Assert.Throws<PodctlException>(() => _fake.Networks.Choose(NetworkMode.Named, [new NetworkRequest("lan", [])], [new PortMapping(80, "tcp", null, 8080)]));
        Assert.Contains("portMappings", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plugin_of_today_says_whether_it_can_be_used()
    {
        _fake.Plugin("one", rest: """if [ $CNI_COMMAND = STATUS ]; then echo '{"code":50,"msg":"not now"}'; exit 1; fi""");
        File.WriteAllText(_fake.PathOf("etc/net.d/lan.conf"), """{"cniVersion":"1.1.0","name":"lan","type":"one"}""");
        Assert.Equal("network 'lan' cannot be joined now: plugin 'one': not now", Assert.Throws<PodctlException>(() => _fake.Choose("lan")).Message);
        Assert.Equal(["STATUS one"], _fake.Calls);
    }

    [Theory]
    [InlineData("""{"dns":{"nameservers":["10.1.0.1","x"],"search":["a.example","b c"],"domain":"d.example"}}""", "# Generated by podctl run, from network lan\nsearch a.example\nnameserver 10.1.0.1\ndomain d.example\n")]
    [InlineData("""{"ipam":{"type":"one","dns":{"nameservers":["fd00::1"]}}}""", "# Generated by podctl run, from network lan\nnameserver fd00::1\n")]
    [InlineData("""{"ipam":{"type":"one"},"dns":{}}""", null)]
    public void A_network_may_have_name_servers(string more, string? text)
    {
        _fake.Plugin("one");
        File.WriteAllText(_fake.PathOf("etc/net.d/lan.conf"), $$"""{"cniVersion":"1.0.0","name":"lan","type":"one",{{more[1..]}}""");
        Assert.Equal(text, _fake.Choose("lan")[0].Dns is { } dns ? AppFiles.ResolvConfText(dns) : null);
    }

    [Fact]
    public void Name_servers_may_be_those_of_a_file()
    {
        _fake.Plugin("one");
        File.WriteAllText(_fake.PathOf("resolv.conf"), "# x\nnameserver 10.1.0.1\nnameserver 10.1.0.2 \nsearch a b\n\noptions ndots:2\n");
        File.WriteAllText(_fake.PathOf("etc/net.d/lan.conf"), $$$"""{"cniVersion":"1.0.0","name":"lan","type":"one","ipam":{"type":"one","resolvConf":"{{{_fake.PathOf("resolv.conf")}}}"}}""");
        Assert.Equal("# Generated by podctl run, from network lan\nsearch a b\nnameserver 10.1.0.1\nnameserver 10.1.0.2\noptions ndots:2\n", AppFiles.ResolvConfText(_fake.Choose("lan")[0].Dns!));
    }

    [Fact]
    public void A_plugin_that_hangs_is_killed_with_what_it_has_started()
    {
        _fake.Plugin("one", "sleep 300 & echo $! >$here/child; wait");
        PluginCall call = new("ADD", "one") { Configuration = [], Timeout = TimeSpan.FromMilliseconds(300) };
        PodctlException e = Assert.Throws<PodctlException>(() => call.Run(new PluginDirectories(_fake.PathOf("etc"))));
        Assert.StartsWith("plugin 'one' did not answer ADD within", e.Message, StringComparison.Ordinal);
        string child = File.ReadAllText(_fake.PathOf("child")).Trim();
        Assert.True(SpinWait.SpinUntil(() => !File.Exists($"/proc/{child}/exe"), TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void A_pod_without_networks_needs_none()
    {
        Assert.Empty(_fake.Networks.Choose(NetworkMode.None, [], []));
        Assert.Empty(_fake.Networks.Choose(NetworkMode.Host, [], []));
    }

    public void Dispose() => _fake.Dispose();
}
