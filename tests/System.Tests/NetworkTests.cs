using System.Tests.Harness;
using System.Text.Json;
using Xunit;

namespace System.Tests;

/// <summary>Pods on networks of real plugins; a second host is a network namespace behind a pair of interfaces.</summary>
public sealed class NetworkTests : SystemTest
{
    private const string Serve = "while true; do echo pod | nc -l -p 80 || sleep 1; done";
    private const string Away = "podctl-away";
    private const string AwayAddress = "192.0.2.2";
    private const string HereAddress = "192.0.2.1";

    private string _rules = "";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();

        // What the plugins make once for all pods.
        _ = (await Podctl.RunAsync(Ct, "run", "--rm", "--quiet", Podctl.Trust, "--port=1:1", $"{Podctl.Registry}busybox:latest", "--", "true")).Expect(0);
        await Wait.UntilAsync(() => Directory.GetDirectories($"{Podctl.DataDirectory}/networks").Length == 0, "the networks are released", Ct);
        _rules = await RulesAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        _ = await ShellOfHostAsync($"ip netns del {Away} 2>/dev/null; ip link del away0 2>/dev/null; umount /run/netns 2>/dev/null; true");
        await base.DisposeAsync();
        if (TestContext.Current.TestState?.Result != TestResult.Failed)
        {
            await Wait.UntilAsync(async () => await RulesAsync() == _rules, "the rules are as before", Wait.Deadline, CancellationToken.None);
        }
    }

    [SystemFact]
    public async Task A_pod_is_on_the_default_network_without_a_word()
    {
        TestPod pod = await DetachAsync(Networked("sleep", "300"));
        JsonElement network = Assert.Single((await pod.StatusAsync(Ct)).GetProperty("networks").EnumerateArray());
        Assert.Equal(("default", "eth0"), (network.GetProperty("name").GetString(), network.GetProperty("interface").GetString()));
        string[] ips = [.. network.GetProperty("ips").EnumerateArray().Select(static ip => ip.GetString()!)];
        Assert.StartsWith("172.16.28.", ips[0], StringComparison.Ordinal);
        Assert.StartsWith("fd6b:7c1a:28ac:1c00::", ips[1], StringComparison.Ordinal);
        string address = ips[0].Split('/')[0];
        Assert.Contains($"networks=default:ip4={address}\n", (await Podctl.RunAsync(Ct, "status", pod.Uuid)).Stdout, StringComparison.Ordinal);
        Assert.Contains($"default:ip4={address}", (await Podctl.RunAsync(Ct, "list", "--full")).Stdout, StringComparison.Ordinal);
        string inside = await ExecAsync(pod, "ip addr; ip route");
        Assert.Contains($"inet {ips[0]}", inside, StringComparison.Ordinal);
        Assert.Contains("default via 172.16.28.1", inside, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1/8", inside, StringComparison.Ordinal);
        Assert.Matches("^2\t[0-9]+\tsystemd-journald\t", (await Podctl.RunAsync(Ct, "top", "--no-legend", pod.Uuid)).Expect(0).Lines[1]);
        Assert.Contains("1 packets received", await ExecAsync(pod, "ping -c 1 -W 5 172.16.28.1"), StringComparison.Ordinal);
        Assert.Contains("1 packets received", await ExecAsync(pod, "ping -6 -c 1 -W 5 fd6b:7c1a:28ac:1c00::1"), StringComparison.Ordinal);
        _ = (await Podctl.RunAsync(Ct, "stop", pod.Uuid)).Expect(0);
        Assert.Empty((await ShellOfHostAsync($"ls /run/podctl/leases/default | grep -x {address}")).Stdout);
    }

    [SystemFact]
    public async Task Pods_reach_each_other_and_the_world_beyond_the_host()
    {
        await MakeSecondHostAsync();
        TestPod server = await DetachAsync(Networked("sh", "-c", Serve));
        string address = await AddressOfAsync(server);
        Assert.Equal("pod", (await RunAsync(Networked("sh", "-c", $"nc -w 5 {address} 80"))).Expect(0).Stdout.TrimEnd());

        // The second host has no route to the pod's address: what comes back proves that the host has masqueraded.
        Assert.Contains("1 packets received", (await RunAsync(Networked("ping", "-c", "1", "-W", "5", AwayAddress))).Stdout, StringComparison.Ordinal);
    }

    [SystemTheory]
    [InlineData("127.0.0.1", "")]
    [InlineData(HereAddress, "")]
    [InlineData("[fd6b:7c1a:28ac:1c00::1]", "")]
    [InlineData(HereAddress, Away)]
    public async Task A_port_of_the_hosts_leads_to_the_pod(string address, string from)
    {
        await MakeSecondHostAsync();
        TestPod pod = await DetachAsync(Networked("sh", "-c", Serve) with { Flags = ["--port=80:8080"] });
        string program = $"exec 3<>/dev/tcp/{address.Trim('[', ']')}/8080; timeout 5 cat <&3";
        string command = from.Length > 0 ? $"ip netns exec {from} bash -c '{program}'" : $"bash -c '{program}'";
        await Wait.UntilAsync(async () => (await ShellOfHostAsync(command)).Stdout.TrimEnd() == "pod", $"{address}:8080 answers", Wait.Deadline, Ct);
        PodctlPort(Assert.Single((await pod.InspectAsync(Ct)).GetProperty("ports").EnumerateArray()));
        CliResult second = await RunAsync(Networked("true") with { Flags = ["--port=81:8080"] });
        Assert.Equal(125, second.ExitCode);
        Assert.Contains($"port 8080/tcp of the host's leads to pod '{pod.Uuid}' already", second.Stderr, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task A_port_on_which_somebody_listens_is_refused()
    {
        using Net.Sockets.TcpListener listener = new(Net.IPAddress.Loopback, 0);
        listener.Start();
        int port = ((Net.IPEndPoint)listener.LocalEndpoint).Port;
        CliResult result = await RunAsync(Networked("true") with { Flags = [$"--port=80:{port}"] });
        Assert.Equal(125, result.ExitCode);
        Assert.Contains("somebody listens on it", result.Stderr, StringComparison.Ordinal);
        await ExpectNothingLeftAsync();
    }

    [SystemFact]
    public async Task Twenty_pods_at_once_have_twenty_addresses()
    {
        CliResult[] results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RunAsync(Networked("sh", "-c", "ip -4 -o addr show eth0 | awk '{print $4}'; sleep 3"))));
        Assert.Equal(20, results.Select(static result => result.Expect(0).Stdout.TrimEnd()).Distinct().Count());
    }

    [SystemFact]
    public async Task Networks_can_be_several_and_have_arguments()
    {
        string output = (await RunAsync(Networked("ip", "-o", "addr") with { Flags = ["--net=default:IP=172.16.28.77,default-restricted"] })).Expect(0).Stdout;
        Assert.Contains("172.16.28.77/24", output, StringComparison.Ordinal);
        Assert.Matches("eth1 +inet 172\\.31\\.", output);
        Assert.DoesNotContain("default", (await RunAsync(Networked("ip", "route") with { Flags = ["--net=default-restricted"] })).Expect(0).Stdout, StringComparison.Ordinal);
    }

    [SystemTheory]
    [InlineData("systemctl stop {0}")]
    [InlineData("systemctl kill --signal=KILL {0}")]
    [InlineData("podctl stop --force {1}")]
    [InlineData("podctl rm --force {1}")]
    public async Task Whatever_ends_a_pod_gives_its_network_back(string how)
    {
        TestPod pod = await DetachAsync(Networked("sleep", "300") with { Flags = ["--port=80:8080"] });
        _ = (await ShellOfHostAsync(string.Format(how, pod.Scope, pod.Uuid))).Expect(0);
        await Wait.UntilAsync(() => !Directory.Exists($"{Podctl.DataDirectory}/networks/{pod.Uuid}"), "the networks are released", Ct);
    }

    [SystemFact]
    public async Task A_podctl_that_is_killed_leaves_nothing_that_gc_does_not_remove()
    {
        for (int i = 0; i < 8; i++)
        {
            using RunningPod running = Start(Networked("sleep", "300") with { Flags = ["--port=80:8080"] });
            await Task.Delay(40 + (60 * i), Ct);
            running.Process.Signal(9);
            _ = await running.FinishAsync(Ct);
        }

        _ = (await Podctl.RunAsync(Ct, "gc", "--grace-period=0s")).Expect(0);
    }

    [SystemFact]
    public async Task A_chain_that_fails_is_undone_and_the_plugin_is_heard()
    {
        _ = Directory.CreateDirectory($"{Scratch}/conf/cni");
        _ = Directory.CreateDirectory($"{Scratch}/conf/net.d");
        await File.WriteAllTextAsync($"{Scratch}/conf/cni/broken", "#!/bin/sh\ncat >/dev/null\n[ $CNI_COMMAND != ADD ] || { echo '{\"code\":100,\"msg\":\"out of order\"}'; exit 1; }\n", Ct);
        File.SetUnixFileMode($"{Scratch}/conf/cni/broken", (UnixFileMode)0x1ED);
        string network = await File.ReadAllTextAsync("/usr/lib/podctl/net.d/90-default.conflist", Ct);
        await File.WriteAllTextAsync($"{Scratch}/conf/net.d/default.conflist", network.Replace("\"firewall\"", "\"broken\"", StringComparison.Ordinal), Ct);
        CliResult result = await RunAsync(Networked("true") with { Flags = [$"--local-config={Scratch}/conf"] });
        Assert.Equal(125, result.ExitCode);
        Assert.Contains("cannot join network 'default': plugin 'broken': out of order", result.Stderr, StringComparison.Ordinal);
        await ExpectNothingLeftAsync();
        CliResult missing = await RunAsync(Networked("true") with { Flags = ["--net=nosuch"] });
        Assert.Equal(125, missing.ExitCode);
        Assert.Contains("networks not found: nosuch", missing.Stderr, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task Rules_that_were_flushed_are_there_again_after_a_reload()
    {
        TestPod pod = await DetachAsync(Networked("sh", "-c", Serve) with { Flags = ["--port=80:8080"] });
        string before = await RulesAsync(), address = await AddressOfAsync(pod);
        _ = (await ShellOfHostAsync("for t in iptables ip6tables; do $t -t nat -F; $t -t nat -X; $t -F; $t -X; done")).Expect(0);
        Assert.NotEqual(before, await RulesAsync());
        Assert.Equal($"\"{pod.Uuid}\"\n", (await Podctl.RunAsync(Ct, "network", "reload")).Expect(0).Stdout);
        Assert.Equal(before, await RulesAsync());
        Assert.Contains(address, await ExecAsync(pod, "ip addr"), StringComparison.Ordinal);
        Assert.Equal("pod", (await ShellOfHostAsync("bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080; timeout 5 cat <&3'")).Stdout.TrimEnd());
    }

    private static Run Networked(params string[] command) => new(command) { HasNetwork = true };

    private static void PodctlPort(JsonElement port) =>
        Assert.Equal((80, "tcp", 8080), (port.GetProperty("pod_port").GetInt32(), port.GetProperty("protocol").GetString(), port.GetProperty("host_port").GetInt32()));

    private static async Task<string> AddressOfAsync(TestPod pod) => (await pod.StatusAsync(Ct)).GetProperty("networks")[0].GetProperty("ips")[0].GetString()!.Split('/')[0];

    private static async Task<string> ExecAsync(TestPod pod, string script) => (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "--", "sh", "-c", script)).Expect(0).Stdout;

    private static Task<CliResult> ShellOfHostAsync(string script) => Cli.RunAsync(CancellationToken.None, "bash", "-c", script);

    /// <summary>The rules that plugins make, without counters and comments of the programs that list them, in the order of the alphabet.</summary>
    private static async Task<string> RulesAsync() => (await ShellOfHostAsync("{ iptables-save; ip6tables-save; } 2>/dev/null | grep -v '^[#:]' | grep -v '^COMMIT\\|^\\*' | sort")).Stdout;

    private static async Task MakeSecondHostAsync() => _ = (await ShellOfHostAsync($"""
        set -e
        ip netns add {Away}
        ip link add away0 type veth peer name eth0 netns {Away}
        ip addr add {HereAddress}/24 dev away0
        ip link set away0 up
        ip -n {Away} addr add {AwayAddress}/24 dev eth0
        ip -n {Away} link set eth0 up
        """)).Expect(0);
}
