using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>The flags that follow an image, and say what its app is.</summary>
internal sealed class AppFlags
{
    private readonly Flag<AppName?> _name = Flags.One<AppName?>("--name", "NAME", "the app's name (default from the image's)", RunValues.ReadAppName, null);
    private readonly Flag<string?> _exec = Flags.Text("--exec", "PROGRAM", "run this instead of the image's command", isUnique: true);
    private readonly Flag<string?> _user = Flags.Text("--user", "USER", "name, number, or path of a file whose owner is meant");
    private readonly Flag<string?> _group = Flags.Text("--group", "GROUP", "name, number, or path of a file whose group is meant");
    private readonly Flag<string?> _workingDirectory = Flags.One<string?>("--working-dir", "PATH", "the app's working directory", RunValues.ReadAbsolutePath, null);
    private readonly Flag<IReadOnlyList<string>> _environment = Flags.Many<string>("--environment", "NAME=VALUE", "set a variable for this app", RunValues.ReadVariable);
    private readonly Flag<IReadOnlyList<AppName>> _after = Flags.Many<AppName>("--after", "APP,…", "start this app once these are up", RunValues.ReadAppNames);
    private readonly Flag<RestartPolicy> _restart = Flags.One("--restart", "no|on-failure|always", "whether the pod starts the app again when it ends (default no)", RunValues.ReadRestartPolicy, RestartPolicy.No);
    private readonly Flag<IReadOnlyList<AppCredential>> _credentials = Flags.Many<AppCredential>("--credential", "NAME[:FILE]", "a secret for the app, in $CREDENTIALS_DIRECTORY/NAME; without FILE podctl's own credential of that name", RunValues.ReadCredential);
    private readonly StreamFlags _streams = new();
    private readonly IsolationFlags _isolation = new();
    private readonly Flag<bool?> _notify = Flags.One<bool?>("--notify", "yes|no", "the app is up once it says so by sd_notify(3) (default no, or the image's)", ReadNotify, null, Flags.True);
    private readonly HealthFlags _health = new();
    private readonly NoteFlags _notes = new();

    public AppFlags()
    {
        _environment.Aliases.Add("-e");
        Grammar = new Command("app");
        foreach (Option option in (Option[])[_name, _exec, _user, _group, _workingDirectory, _environment, _after, _restart, _credentials, .. _streams.All, _notify, .. _health.All, .. Volumes.All, .. _isolation.All, .. _notes.All])
        {
            Grammar.Add(option);
        }
    }

    /// <summary>Reads the flags of one app.</summary>
    public Command Grammar { get; }

    public VolumeFlags Volumes { get; } = new();

    /// <param name="app">The app.</param>
    /// <param name="hasOwnUsers">Whether the pod gets a user namespace.</param>
    public IEnumerable<string> Faults(ParsedApp app, bool hasOwnUsers)
    {
        if (ImageRef.TryParse(app.Image, out _, out _) is { } fault)
        {
            yield return $"invalid image reference '{app.Image}': {fault}";
        }

        foreach (string variable in RunValues.Doubled(_environment.Of(app.Flags)))
        {
            yield return $"{_environment.Name}: variable '{variable}' is given twice";
        }

        foreach (string health in _health.Faults(app.Flags))
        {
            yield return health;
        }

        if (_streams.Read(app.Flags).Fault is { } mixed)
        {
            yield return mixed;
        }

        foreach (string note in _notes.Faults(app.Flags))
        {
            yield return note;
        }

        foreach (string credential in _credentials.Of(app.Flags).CountBy(static credential => credential.Name).Where(static entry => entry.Value > 1).Select(static entry => entry.Key))
        {
            yield return $"{_credentials.Name}: '{credential}' is given twice";
        }

        foreach (string isolation in _isolation.Faults(app.Flags, hasOwnUsers))
        {
            yield return isolation;
        }
    }

    /// <summary>What is wrong with the apps' names and their order.</summary>
    public IReadOnlyList<string> OrderFaults(IReadOnlyList<ParsedApp> apps)
    {
        List<(AppName Name, IReadOnlyList<AppName> After)> named = [];
        foreach (ParsedApp app in apps)
        {
            if (NameOf(app) is not { } name)
            {
                return []; // that its image is none is told already
            }

            named.Add((name, _after.Of(app.Flags)));
        }

        return AppOrder.Faults(named);
    }

    /// <summary>The app's name, as far as it can be told without its image.</summary>
    public AppName? NameOf(ParsedApp app) => _name.Of(app.Flags) ?? (ImageRef.TryParse(app.Image, out ImageRef? image, out _) is null ? AppName.FromImage(image!.Name) : null);

    /// <summary>What is wrong for an app that is added to a running pod.</summary>
    public IEnumerable<string> LoneFaults(ParsedApp app)
    {
        if (_after.Of(app.Flags).Count > 0)
        {
            yield return "--after is for apps that are started together with their pod";
        }
    }

    public bool IsRestartedIfUnhealthy(ParsedApp app) => _health.Read(app.Flags).OnFailure == HealthAction.Restart;

    public bool IsRestarted(ParsedApp app) => _restart.Of(app.Flags) != RestartPolicy.No;

    public bool HasStreams(ParsedApp app) => _streams.Read(app.Flags) != StreamModes.Default;

    /// <param name="app">The app.</param>
    /// <param name="mounts">What it sees of the pod's volumes.</param>
    /// <param name="hasOwnUsers">Whether the pod gets a user namespace.</param>
    public AppOptions Read(ParsedApp app, IReadOnlyList<VolumeMount> mounts, bool hasOwnUsers) => new()
    {
        Image = app.Image,
        Arguments = app.Arguments,
        Exec = _exec.Of(app.Flags),
        Name = _name.Of(app.Flags),
        User = _user.Of(app.Flags),
        Group = _group.Of(app.Flags),
        WorkingDirectory = _workingDirectory.Of(app.Flags),
        Mounts = mounts,
        SupplementaryGids = _isolation.Groups(app.Flags),
        Isolation = _isolation.Read(app.Flags, hasOwnUsers),
        HasSystemCallOption = _isolation.HasSystemCallOption(app.Flags),
        MayGainPrivileges = _isolation.MayGainPrivileges(app.Flags),
        Environment = _environment.Of(app.Flags),
        After = _after.Of(app.Flags),
        Restart = _restart.Of(app.Flags),
        Credentials = _credentials.Of(app.Flags),
        Notify = _notify.Of(app.Flags),
        Health = _health.Read(app.Flags),
        Streams = _streams.Read(app.Flags),
        Notes = _notes.Read(app.Flags),
    };

    private static string? ReadNotify(string text, out bool? value)
    {
        string? fault = Flags.ReadBool(text, out bool isWanted);
        value = isWanted;
        return fault;
    }
}
