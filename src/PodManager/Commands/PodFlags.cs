using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>The flags and images that say what a pod is, of `run` and `prepare`.</summary>
internal sealed class PodFlags
{
    private readonly NewPodFlags _new = new();
    private readonly Flag<PullPolicy> _pullPolicy = Flags.One("--pull-policy", "never|new|update", "when to ask the registry (default new)", RunValues.ReadPullPolicy, PullPolicy.New);
    private readonly Flag<string?> _authFile = AuthFileFlag.Create();
    private readonly Flag<bool> _inherit = Flags.Switch("--inherit-env", "give all apps podctl's own variables, which those of the images beat");
    private readonly Flag<IReadOnlyList<string>> _files = Flags.Many<string>("--set-env-file", "FILE", "set variables for all apps, a NAME=VALUE a line", RunValues.ReadVariablesFile);
    private readonly Flag<IReadOnlyList<string>> _environment = Flags.Many<string>("--set-env", "NAME=VALUE", "set a variable for all apps", RunValues.ReadVariable);
    private readonly VolumeFlags _volumes = new();
    private readonly LimitFlags _limits = new(mayBeNone: false, hasDevices: true);
    private readonly NoteFlags _notes = new();
    private readonly ManifestFlag _manifest = new();
    private readonly AppFlags _apps = new();

    /// <summary>How the fetch shows its progress.</summary>
    public ProgressFlags Progress { get; } = new();

    public IReadOnlyList<Option> All =>
        [_new.Name, .. Progress.All, _new.UuidFile, _new.PrivateUsers, _new.Ports, _pullPolicy, _authFile, _inherit, _files, _environment, .. _volumes.All, .. _limits.All, .. _notes.All, _manifest.Option];

    /// <summary>Reads the flags of one app.</summary>
    public Command AppGrammar => _apps.Grammar;

    public string? UuidFile(ParseResult parsed) => _new.UuidFile.Of(parsed);

    public IEnumerable<string> Faults(ParseResult parsed, IReadOnlyList<ParsedApp> apps)
    {
        foreach (string fault in _manifest.Faults(parsed, apps, [_new.PrivateUsers, _inherit, _files, _environment, .. _volumes.All, .. _limits.All, .. _notes.All]))
        {
            yield return fault;
        }

        if (apps.Count == 0 && !_manifest.IsGiven(parsed))
        {
            yield return "must provide at least one image";
        }

        foreach (string fault in apps.SelectMany(app => _apps.Faults(app, _new.PrivateUsers.Of(parsed).IsPrivate)))
        {
            yield return fault;
        }

        foreach (string fault in _apps.OrderFaults(apps))
        {
            yield return fault;
        }

        foreach (string variable in RunValues.Doubled(_environment.Of(parsed)))
        {
            yield return $"{_environment.Name}: variable '{variable}' is given twice";
        }

        foreach (string note in _notes.Faults(parsed))
        {
            yield return note;
        }

        foreach (string fault in VolumeFlags.Faults(Volumes(parsed, apps), [.. apps.Index().SelectMany(app => Mounts(parsed, app.Index, app.Item))]))
        {
            yield return fault;
        }

        foreach (string fault in _limits.Faults(parsed))
        {
            yield return fault;
        }

        if (AuthFileFlag.FaultOf(_authFile.Of(parsed)) is { } missing)
        {
            yield return missing;
        }

        foreach (string fault in _new.Faults(parsed))
        {
            yield return fault;
        }
    }

    public IEnumerable<string> PortFaults(ParseResult parsed, NetworkMode network) => _new.PortFaults(parsed, network);

    /// <summary>The pod comes from standard input.</summary>
    public bool TakesInput(ParseResult parsed) => _manifest.TakesInput(parsed);

    /// <summary>What helps with a fault, if it is not the flags' help.</summary>
    public string? HintOf(ParseResult parsed) => _manifest.IsGiven(parsed) ? "podctl-pod(5) describes the file, and `podctl cat-manifest` prints that of a pod" : null;

    public bool HasRestartedApp(ParseResult parsed, IReadOnlyList<ParsedApp> apps) =>
        apps.Any(_apps.IsRestarted) || _manifest.Read(parsed)?.Apps.Any(static app => app.Restart != RestartPolicy.No) == true;

    public bool HasAppRestartedIfUnhealthy(ParseResult parsed, IReadOnlyList<ParsedApp> apps) =>
        apps.Any(_apps.IsRestartedIfUnhealthy) || _manifest.Read(parsed)?.Apps.Any(static app => app.Health.OnFailure == HealthAction.Restart) == true;

    public bool HasAppWithStreams(ParseResult parsed, IReadOnlyList<ParsedApp> apps) =>
        apps.Any(_apps.HasStreams) || _manifest.Read(parsed)?.Apps.Any(static app => app.Streams != StreamModes.Default) == true;

    public int AppCount(ParseResult parsed, IReadOnlyList<ParsedApp> apps) => _manifest.Read(parsed)?.Apps.Count ?? apps.Count;

    public PodOptions Read(ParseResult parsed, IReadOnlyList<ParsedApp> apps, InsecureOptions insecureOptions)
    {
        PodOptions pod = _manifest.Read(parsed) is { } manifest ? manifest with { Name = _new.Name.Of(parsed) ?? manifest.Name } : OfFlags(parsed, apps);
        return pod with { Ports = _new.Ports.Of(parsed), PullPolicy = _pullPolicy.Of(parsed), AuthFile = _authFile.Of(parsed), InsecureOptions = insecureOptions };
    }

    private PodOptions OfFlags(ParseResult parsed, IReadOnlyList<ParsedApp> apps) => new()
    {
        Apps = [.. apps.Select((app, index) => _apps.Read(app, Mounts(parsed, index, app), _new.PrivateUsers.Of(parsed).IsPrivate))],
        Name = _new.Name.Of(parsed),
        Volumes = Volumes(parsed, apps),
        Limits = _limits.Read(parsed),
        InheritedEnvironment = _inherit.Of(parsed) ? RunValues.OwnVariables() : [],
        Environment = [.. _files.Of(parsed), .. _environment.Of(parsed)],
        PrivateUsers = _new.PrivateUsers.Of(parsed),
        Notes = _notes.Read(parsed),
    };

    private IReadOnlyList<PodVolume> Volumes(ParseResult parsed, IReadOnlyList<ParsedApp> apps) =>
        [.. _volumes.Volumes(parsed), .. apps.Index().SelectMany(app => _apps.Volumes.Volumes(app.Item.Flags, app.Index))];

    /// <summary>An app's own mounts come before those of all apps: the first for a target counts. What is mounted above comes before what is below.</summary>
    private IReadOnlyList<VolumeMount> Mounts(ParseResult parsed, int index, ParsedApp app) =>
    [
        .. _apps.Volumes.Mounts(app.Flags, index).Concat(_volumes.Mounts(parsed))
            .DistinctBy(static mount => mount.Target)
            .OrderBy(static mount => mount.Target.Count(static c => c == '/')),
    ];
}
