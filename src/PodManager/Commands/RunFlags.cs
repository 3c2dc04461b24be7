using System.CommandLine;
using System.Net;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>The flags of `run`, and what they mean together.</summary>
internal sealed class RunFlags
{
    private readonly Flag<bool> _interactive = Flags.Switch("--interactive", "connect the app to this terminal", "-i", "-t");
    private readonly Flag<bool> _detach = Flags.Switch("--detach", "return once the pod is up, and print its UUID", "-d");
    private readonly Flag<bool> _remove = Flags.Switch("--rm", "remove the pod once it has ended");
    private readonly Flag<string?> _uuidFile = Flags.Text("--uuid-file-save", "FILE", "write the pod's UUID to FILE before the pod is made");
    private readonly Flag<string?> _hostName = Flags.One<string?>("--hostname", "NAME", "the pod's host name (default rkt-UUID)", RunValues.ReadHostName, null);
    private readonly Flag<NetworkMode> _network = Flags.One("--net", "none|host", "the pod's network (default none)", RunValues.ReadNetwork, NetworkMode.None, "default");
    private readonly Flag<IReadOnlyList<DnsSource>> _dns = Flags.Many<DnsSource>("--dns", "IP,…|host|none", "name servers of the pod, or the host's resolv.conf", RunValues.ReadDns);
    private readonly Flag<IReadOnlyList<string>> _dnsSearch = Flags.Many<string>("--dns-search", "DOMAIN,…", "domains in which names are looked up", RunValues.ReadWords);
    private readonly Flag<IReadOnlyList<string>> _dnsOptions = Flags.Many<string>("--dns-opt", "OPTION,…", "options of resolv.conf(5)", RunValues.ReadWords);
    private readonly Flag<string?> _dnsDomain = Flags.One<string?>("--dns-domain", "DOMAIN", "the local domain of resolv.conf(5)", RunValues.ReadWord, null);
    private readonly Flag<IReadOnlyList<HostsEntry>> _hosts = Flags.Many<HostsEntry>("--hosts-entry", "IP=NAME,…|host", "lines of /etc/hosts, or the host's file", RunValues.ReadHostsEntries);
    private readonly Flag<bool> _privateUsers = Flags.One("--private-users", "yes|no", "a user namespace of the pod's own (default yes)", Flags.ReadBool, true, Flags.True);
    private readonly Flag<PullPolicy> _pullPolicy = Flags.One("--pull-policy", "never|new|update", "when to ask the registry (default new)", RunValues.ReadPullPolicy, PullPolicy.New);
    private readonly Flag<string?> _authFile = AuthFileFlag.Create();
    private readonly Flag<IReadOnlyList<string>> _podEnvironment = Flags.Many<string>("--set-env", "NAME=VALUE", "set a variable for all apps", RunValues.ReadVariable);
    private readonly Flag<AppName?> _appName = Flags.One<AppName?>("--name", "NAME", "the app's name (default from the image's)", RunValues.ReadAppName, null, isForApp: true);
    private readonly Flag<string?> _exec = Flags.Text("--exec", "PROGRAM", "run this instead of the image's command", isForApp: true, isUnique: true);
    private readonly Flag<string?> _user = Flags.Text("--user", "USER", "name, number, or path of a file whose owner is meant", isForApp: true);
    private readonly Flag<string?> _group = Flags.Text("--group", "GROUP", "name, number, or path of a file whose group is meant", isForApp: true);
    private readonly Flag<string?> _workingDirectory = Flags.One<string?>("--working-dir", "PATH", "the app's working directory", RunValues.ReadAbsolutePath, null, isForApp: true);
    private readonly Flag<IReadOnlyList<string>> _appEnvironment = Flags.Many<string>("--environment", "NAME=VALUE", "set a variable for this app", RunValues.ReadVariable, isForApp: true);

    /// <summary>How the fetch shows its progress.</summary>
    public ProgressFlags Progress { get; } = new();

    private readonly IsolationFlags _isolation = new();
    private readonly VolumeFlags _volumes = new();

    public IReadOnlyList<Option> All =>
    [
        _interactive, _detach, _remove, .. Progress.All, _uuidFile, _hostName, _network, _dns, _dnsSearch, _dnsOptions, _dnsDomain, _hosts,
        _privateUsers, _pullPolicy, _authFile, _podEnvironment, _appName, _exec, _user, _group, _workingDirectory, _appEnvironment,
        .. _volumes.All, .. _isolation.All,
    ];

    public IEnumerable<string> Faults(ParseResult parsed)
    {
        bool isDetached = _detach.Of(parsed);
        if (isDetached && _interactive.Of(parsed))
        {
            yield return "--interactive and --detach exclude each other";
        }

        if (isDetached && _remove.Of(parsed))
        {
            yield return "--rm and --detach exclude each other: nobody would be there to remove the pod";
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

        foreach (Flag<IReadOnlyList<string>> flag in new[] { _podEnvironment, _appEnvironment })
        {
            foreach (string name in flag.Of(parsed).Select(static entry => entry.Split('=', 2)[0]).GroupBy(static name => name).Where(static names => names.Count() > 1).Select(static names => names.Key))
            {
                yield return $"{flag.Name}: variable '{name}' is given twice";
            }
        }

        foreach (string fault in _isolation.Faults(parsed, _privateUsers.Of(parsed)).Concat(_volumes.Faults(parsed)))
        {
            yield return fault;
        }

        if (AuthFileFlag.FaultOf(_authFile.Of(parsed)) is { } missing)
        {
            yield return missing;
        }

        if (_uuidFile.Of(parsed) is { } file && !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file))))
        {
            yield return $"--uuid-file-save: the directory of '{file}' does not exist";
        }
    }

    public RunOptions Read(ParseResult parsed, string image, IReadOnlyList<string>? arguments, InsecureOptions insecureOptions)
    {
        IReadOnlyList<DnsSource> dns = _dns.Of(parsed);
        IReadOnlyList<HostsEntry> hosts = _hosts.Of(parsed);
        return new RunOptions
        {
            Image = image,
            Arguments = arguments,
            Exec = _exec.Of(parsed),
            AppName = _appName.Of(parsed),
            User = _user.Of(parsed),
            Group = _group.Of(parsed),
            WorkingDirectory = _workingDirectory.Of(parsed),
            Volumes = _volumes.Volumes(parsed),
            Mounts = _volumes.Mounts(parsed),
            SupplementaryGids = _isolation.Groups(parsed),
            Isolation = _isolation.Read(parsed, _privateUsers.Of(parsed)),
            HasSystemCallOption = _isolation.HasSystemCallOption(parsed),
            AppEnvironment = _appEnvironment.Of(parsed),
            PodEnvironment = _podEnvironment.Of(parsed),
            Mode = _interactive.Of(parsed) ? RunMode.Interactive : _detach.Of(parsed) ? RunMode.Detached : RunMode.Foreground,
            HostName = _hostName.Of(parsed),
            Network = _network.Of(parsed),
            PrivateUsers = _privateUsers.Of(parsed),
            PullPolicy = _pullPolicy.Of(parsed),
            AuthFile = _authFile.Of(parsed),
            InsecureOptions = insecureOptions,
            Dns = new DnsOptions
            {
                UseHostFile = dns.Any(static source => source.IsHostFile),
                Servers = [.. dns.Select(static source => source.Server).OfType<IPAddress>()],
                Search = _dnsSearch.Of(parsed),
                Options = _dnsOptions.Of(parsed),
                Domain = _dnsDomain.Of(parsed),
            },
            HostsEntries = [.. hosts.Where(static entry => !entry.IsHostFile).Select(static entry => (entry.Address!, entry.Name!))],
            UseHostsFileOfHost = hosts.Any(static entry => entry.IsHostFile),
            UuidFile = _uuidFile.Of(parsed),
            Remove = _remove.Of(parsed),
        };
    }
}
