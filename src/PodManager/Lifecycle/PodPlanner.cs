using Common.Contract;
using PodManager.Pods;
using PodManager.Units;

namespace PodManager.Lifecycle;

/// <summary>Decides how a pod is started: its record says what it is, the user's options how it is connected.</summary>
internal sealed class PodPlanner
{
    private readonly StartOptions _options;
    private readonly AppPlanner _apps;

    /// <param name="designed">The pod as it was designed.</param>
    /// <param name="options">What the user wants.</param>
    /// <param name="terminal">The value of TERM for an app at a terminal; null if podctl has none itself.</param>
    /// <param name="systemdVersion">The pod's; 0 if nobody has asked, as for apps that are not started again.</param>
    /// <exception cref="PodctlException">They do not go together.</exception>
    public PodPlanner(PodRecord designed, StartOptions options, string? terminal, int systemdVersion)
    {
        if (options.Mode != RunMode.Detached && designed.Apps.FirstOrDefault(static app => app.Restart != RestartPolicy.No) is { } restarted)
        {
            throw new PodctlException(ExitCode.RunFailed, $"app '{restarted.Name}' is to be started again whenever it ends, and podctl in the foreground stays with an app until it ends", "`--detach` runs the pod in the background");
        }

        if (options.Mode != RunMode.Detached && designed.Apps.FirstOrDefault(static app => app.Health?.OnFailure == HealthAction.Restart) is { } unhealthy)
        {
            throw new PodctlException(ExitCode.RunFailed, $"app '{unhealthy.Name}' is to be started again if it is unhealthy, and podctl in the foreground stays with an app until it ends", "`--detach` runs the pod in the background");
        }

        if (options.Mode != RunMode.Detached && designed.Apps.FirstOrDefault(static app => app.Streams is not null) is { } held)
        {
            throw new PodctlException(ExitCode.RunFailed, $"app '{held.Name}' has streams of its own (--stdin, --stdout or --stderr), and in the foreground podctl has them", "`--detach` runs the pod in the background");
        }

        if (options.Network is NetworkMode.None or NetworkMode.Host && designed.Ports.Count > 0)
        {
            throw new PodctlException(ExitCode.RunFailed, $"the pod has ports (--port), which do not work with --net={(options.Network == NetworkMode.Host ? "host" : "none")}");
        }

        if (options.Mode == RunMode.Interactive && designed.Apps.Count > 1)
        {
            throw new PodctlException(ExitCode.RunFailed, $"--interactive is for pods with one app, and this one has {designed.Apps.Count}", "`podctl exec --tty` starts a shell in one of them");
        }

        _options = options;
        InsecureOptions insecure = designed.InsecureOptions | options.InsecureOptions;
        Record = designed with
        {
            Hostname = options.HostName ?? designed.Hostname,
            Network = options.Network,
            Networks = options.Networks,
            HostIpc = options.HostIpc,
            Mode = options.Mode,
            InsecureOptions = insecure,
            Sandbox = designed.Sandbox is null ? null : AppFiles.Of(options, options.HostName ?? designed.Hostname),
            Apps =
            [
                .. designed.Apps.Select(app => app with
                {
                    Environment = options.Mode == RunMode.Interactive || app.Streams is { HasTerminal: true } ? AppEnvironment.WithTerminal(app.Environment, terminal ?? "linux") : app.Environment,
                    Isolation = AppPlanner.Loosen(app, insecure, designed.PrivateUsers is not null),
                }),
            ],
        };
        _apps = new AppPlanner(Record, AppFiles.Of(options, Record.Hostname), systemdVersion);
        Apps = [.. Record.Apps.Select(_apps.Spec)];
    }

    /// <summary>The pod's record once it is started.</summary>
    public PodRecord Record { get; }

    public IReadOnlyList<AppSpec> Apps { get; }

    /// <param name="pod">The pod's directories.</param>
    /// <param name="console">The host's terminal device for it.</param>
    public PodPlan Plan(PodDirectories pod, string? console)
    {
        return new PodPlan
        {
            Version = PodPlan.CurrentVersion,
            MachineId = pod.Id.MachineId,
            HostName = Record.Hostname,
            Users = Record.PrivateUsers,
            HostNetwork = _options.Network == NetworkMode.Host,
            HostIpc = _options.HostIpc,
            BuildRoot = PodDirectories.BuildRoot,
            LayersDirectory = Record.Apps.Count == 0 ? null : AppPlanner.LayersDirectoryOf(Record.Apps[0]),
            JournalDirectory = pod.Journal,
            ExchangeDirectory = pod.Exchange,
            Console = console,
            DieWithParent = _options.Mode != RunMode.Detached,
            Files = PodUnits.Files(pod.Id, Apps, Record.Network is NetworkMode.Named or NetworkMode.All),
            Init = PodUnits.Init,
            NoNestedUsers = Record.PrivateUsers is not null
                && Apps.All(static app => app.Isolation.SystemCalls is not null && !SystemCalls.MayNestUsers(app.Isolation.Capabilities)),
            DroppedCapabilities = Record.Sandbox is not null && Record.InsecureOptions.HasFlag(InsecureOptions.Capabilities) ? [] : Capabilities.Dropped([.. Apps.Select(static app => app.Isolation.Capabilities)]),
            Limits =
            [
                .. Apps.SelectMany(static app => app.Isolation.Ulimits).GroupBy(static limit => limit.Number)
                    .Select(static limits => new ResourceLimit(limits.Key, 0, limits.Max(static limit => limit.Hard ?? ulong.MaxValue))),
            ],
            HasSecrets = Apps.Any(static app => app.Credentials.Count > 0),
            InitEnvironment = PodUnits.InitEnvironment(pod.Id),
            Apps = [.. Record.Apps.Select((app, index) => _apps.Plan(pod, app, Apps[index], console))],
        };
    }
}
