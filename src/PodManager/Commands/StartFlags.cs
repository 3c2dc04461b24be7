using System.CommandLine;
using System.Net;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>The flags that say how a pod is started, of `run` and `run-prepared`.</summary>
internal sealed class StartFlags
{
    private readonly Flag<bool> _interactive = Flags.Switch("--interactive", "connect the app to this terminal", "-i", "-t");
    private readonly Flag<bool> _detach = Flags.Switch("--detach", "return once the pod is up, and print its UUID", "-d");
    private readonly Flag<bool> _remove = Flags.Switch("--rm", "remove the pod once it has ended");
    private readonly Flag<string?> _hostName = Flags.One<string?>("--hostname", "NAME", "the pod's host name (default rkt-UUID)", RunValues.ReadHostName, null);
    private readonly Flag<IReadOnlyList<NetworkRequest>> _network = Flags.Many<NetworkRequest>(
        "--net", "NAME,…|none|host|all", "the pod's networks, each maybe with arguments as in NAME:KEY=VALUE;… (default: the network 'default')", NetworkValues.ReadNetworks, NetworkRequest.Default);

    private readonly Flag<bool> _hostIpc = Flags.One("--ipc", "auto|private|parent", "shared memory, semaphores and message queues of the pod's own (default, and what auto means), or the host's (parent)", RunValues.ReadIpc, false);
    private readonly Flag<IReadOnlyList<DnsSource>> _dns = Flags.Many<DnsSource>("--dns", "IP,…|host|none", "name servers of the pod, or the host's resolv.conf", RunValues.ReadDns);
    private readonly Flag<IReadOnlyList<string>> _dnsSearch = Flags.Many<string>("--dns-search", "DOMAIN,…", "domains in which names are looked up", RunValues.ReadWords);
    private readonly Flag<IReadOnlyList<string>> _dnsOptions = Flags.Many<string>("--dns-opt", "OPTION,…", "options of resolv.conf(5)", RunValues.ReadWords);
    private readonly Flag<string?> _dnsDomain = Flags.One<string?>("--dns-domain", "DOMAIN", "the local domain of resolv.conf(5)", RunValues.ReadWord, null);
    private readonly Flag<IReadOnlyList<HostsEntry>> _hosts = Flags.Many<HostsEntry>("--hosts-entry", "IP=NAME,…|host", "lines of /etc/hosts, or the host's file", RunValues.ReadHostsEntries);

    private readonly bool _isBackground;

    /// <param name="isBackground">The pod runs in the background, and is not removed: there are no flags for anything else.</param>
    public StartFlags(bool isBackground = false) => _isBackground = isBackground;

    public IReadOnlyList<Option> All => [.. _isBackground ? (Option[])[] : [_interactive, _detach, _remove], _hostName, _network, _hostIpc, _dns, _dnsSearch, _dnsOptions, _dnsDomain, _hosts];

    public bool IsInteractive(ParseResult parsed) => _interactive.Of(parsed);

    public bool IsDetached(ParseResult parsed) => _detach.Of(parsed);

    public NetworkMode NetworkOf(ParseResult parsed) => NetworkValues.ModeOf(_network.Of(parsed));

    public IEnumerable<string> Faults(ParseResult parsed)
    {
        bool isDetached = _isBackground || _detach.Of(parsed);
        if (isDetached && _interactive.Of(parsed))
        {
            yield return "--interactive and --detach exclude each other";
        }

        if (isDetached && _remove.Of(parsed))
        {
            yield return "--rm and --detach exclude each other: nobody would be there to remove the pod";
        }

        foreach (string fault in NetworkValues.Faults(_network.Of(parsed)))
        {
            yield return fault;
        }

        IReadOnlyList<DnsSource> dns = _dns.Of(parsed);
        bool hasOther = dns.Any(static source => source.Server is not null)
            || _dnsSearch.Of(parsed).Count + _dnsOptions.Of(parsed).Count > 0 || _dnsDomain.Of(parsed) is not null;
        if (dns.Where(static source => source.Server is null).Select(static source => source.Word).Distinct().Count() + (hasOther ? 1 : 0) > 1)
        {
            yield return "--dns=host and --dns=none stand alone, without other --dns flags";
        }

        IReadOnlyList<HostsEntry> hosts = _hosts.Of(parsed);
        if (hosts.Any(static entry => entry.IsHostFile) && hosts.Any(static entry => !entry.IsHostFile))
        {
            yield return "--hosts-entry=host stands alone, without other entries";
        }
    }

    public StartOptions Read(ParseResult parsed, InsecureOptions insecureOptions)
    {
        IReadOnlyList<DnsSource> dns = _dns.Of(parsed);
        IReadOnlyList<HostsEntry> hosts = _hosts.Of(parsed);
        return new StartOptions
        {
            Mode = _isBackground ? RunMode.Detached : _interactive.Of(parsed) ? RunMode.Interactive : _detach.Of(parsed) ? RunMode.Detached : RunMode.Foreground,
            HostName = _hostName.Of(parsed),
            Network = NetworkOf(parsed),
            Networks = NetworkValues.NamedOf(_network.Of(parsed)),
            HostIpc = _hostIpc.Of(parsed),
            Dns = new DnsOptions
            {
                IsSaid = dns.Count > 0,
                UseHostFile = dns.Any(static source => source.IsHostFile),
                Servers = [.. dns.Select(static source => source.Server).OfType<IPAddress>()],
                Search = _dnsSearch.Of(parsed),
                Options = _dnsOptions.Of(parsed),
                Domain = _dnsDomain.Of(parsed),
            },
            HostsEntries = [.. hosts.Where(static entry => !entry.IsHostFile).Select(static entry => (entry.Address!, entry.Name!))],
            UseHostsFileOfHost = hosts.Any(static entry => entry.IsHostFile),
            Remove = _remove.Of(parsed),
            InsecureOptions = insecureOptions,
        };
    }
}
