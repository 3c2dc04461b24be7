using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>The flags of `run` that say what an app may do and use.</summary>
internal sealed class IsolationFlags
{
    private const string Capability = "CAP_X,…";

    private readonly Flag<IReadOnlyList<uint>> _groups = Flags.Many<uint>("--supplementary-gids", "N,…", "further groups of the app, instead of the image's", IsolationValues.ReadIds);
    private readonly Flag<bool> _readOnlyRoot = Flags.One("--readonly-rootfs", "yes|no", "the app cannot write to its root, but to the image's volumes, /run, /tmp and /var/tmp (default no)", Flags.ReadBool, false, Flags.True);
    private readonly Flag<IReadOnlyList<string>> _retain = Flags.Many<string>("--caps-retain", Capability, "the capabilities that the app may have at most", IsolationValues.ReadCapabilities);
    private readonly Flag<IReadOnlyList<string>> _remove = Flags.Many<string>("--caps-remove", Capability, "capabilities that it may not have, of the default ones", IsolationValues.ReadCapabilities);
    private readonly Flag<bool?> _noNewPrivileges = Flags.One<bool?>("--no-new-privs", "yes|no", "setuid programs and file capabilities give nothing (default as the image says, else no)", ReadSwitch, null, Flags.True);
    private readonly Flag<SeccompOption?> _seccomp = Flags.One<SeccompOption?>("--seccomp", "mode=retain|remove[,errno=NAME],CALL|@SET,…|FILE", "filter system calls by this instead of the default; FILE is an OCI profile, a path that begins with / or ./", SeccompOption.Read, null, isUnique: true);
    private readonly LimitFlags _limits = new(mayBeNone: false, hasDevices: false);
    private readonly Flag<IReadOnlyList<Ulimit>> _ulimits = Flags.Many<Ulimit>("--ulimit", "NAME=SOFT[:HARD]", "a limit of each process of the app (getrlimit(2)), such as nofile=1024:4096", IsolationValues.ReadUlimit);
    private readonly Flag<int?> _oom = Flags.One<int?>("--oom-score-adj", "N", "-1000 to 1000: how readily the kernel kills the app when memory is short", IsolationValues.ReadOomScore, null);

    public IReadOnlyList<Option> All =>
        [_groups, _readOnlyRoot, _retain, _remove, _noNewPrivileges, _seccomp, .. _limits.All, _ulimits, _oom];

    /// <param name="parsed">The command line.</param>
    /// <param name="privateUsers">Whether the pod gets a user namespace.</param>
    public IEnumerable<string> Faults(ParseResult parsed, bool privateUsers)
    {
        if (_retain.Of(parsed).Count > 0 && _remove.Of(parsed).Count > 0)
        {
            yield return "--caps-retain and --caps-remove exclude each other";
        }

        foreach (string name in _ulimits.Of(parsed).CountBy(static limit => limit.Name).Where(static entry => entry.Value > 1).Select(static entry => entry.Key))
        {
            yield return $"--ulimit: '{name.ToLowerInvariant()}' is given twice";
        }

        foreach (string fault in _seccomp.Of(parsed)?.Faults(CapabilitiesOf(parsed) ?? Capabilities.Default) ?? [])
        {
            yield return $"--seccomp: {fault}";
        }

        if (_oom.Of(parsed) < 0 && privateUsers)
        {
            yield return "--oom-score-adj: less than 0 is for the host's own processes, which those of a user namespace are not (--private-users=no)";
        }
    }

    public IReadOnlyList<uint>? Groups(ParseResult parsed) => _groups.Of(parsed) is { Count: > 0 } groups ? groups : null;

    /// <summary>It may have new privileges, whatever the image says.</summary>
    public bool MayGainPrivileges(ParseResult parsed) => _noNewPrivileges.Of(parsed) == false;

    public bool HasSystemCallOption(ParseResult parsed) => _seccomp.Of(parsed) is not null;

    public AppIsolation Read(ParseResult parsed, bool privateUsers)
    {
        IReadOnlyList<string>? capabilities = CapabilitiesOf(parsed);
        return new AppIsolation
        {
            Capabilities = capabilities,
            SystemCalls = _seccomp.Of(parsed)?.Filter(capabilities ?? Capabilities.Default, privateUsers),
            NoNewPrivileges = _noNewPrivileges.Of(parsed) == true,
            ReadOnlyRoot = _readOnlyRoot.Of(parsed),
            Ulimits = _ulimits.Of(parsed),
            OomScoreAdjustment = _oom.Of(parsed),
        }.With(_limits.Read(parsed));
    }

    private static string? ReadSwitch(string text, out bool? value)
    {
        string? fault = Flags.ReadBool(text, out bool read);
        value = read;
        return fault;
    }

    private IReadOnlyList<string>? CapabilitiesOf(ParseResult parsed) => _retain.Of(parsed) is { Count: > 0 } retained ? retained
        : _remove.Of(parsed) is { Count: > 0 } removed ? [.. Capabilities.Default.Except(removed, StringComparer.Ordinal)] : null;
}
