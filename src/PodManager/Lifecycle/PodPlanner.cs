using Common.Contract;
using Common.Native;
using PodManager.Pods;
using PodManager.Units;

namespace PodManager.Lifecycle;

/// <summary>Decides how a pod is started: its record says what it is, the user's options how it is connected.</summary>
internal sealed class PodPlanner
{
    private const int FirstWithRestartSteps = 254;

    private readonly StartOptions _options;
    private readonly bool _hasRestartSteps;

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

        if (options.Mode == RunMode.Interactive && designed.Apps.Count > 1)
        {
            throw new PodctlException(ExitCode.RunFailed, $"--interactive is for pods with one app, and this one has {designed.Apps.Count}", "`podctl exec --tty` starts a shell in one of them");
        }

        _options = options;
        _hasRestartSteps = systemdVersion >= FirstWithRestartSteps;
        InsecureOptions insecure = designed.InsecureOptions | options.InsecureOptions;
        Record = designed with
        {
            Hostname = options.HostName ?? designed.Hostname,
            Network = options.Network,
            Mode = options.Mode,
            InsecureOptions = insecure,
            Apps =
            [
                .. designed.Apps.Select(app => app with
                {
                    Environment = options.Mode == RunMode.Interactive ? AppEnvironment.WithTerminal(app.Environment, terminal ?? "linux") : app.Environment,
                    Isolation = Loosen(app, insecure, designed.PrivateUsers is not null),
                }),
            ],
        };
        Apps = [.. Record.Apps.Select(Spec)];
    }

    /// <summary>The pod's record once it is started.</summary>
    public PodRecord Record { get; }

    public IReadOnlyList<AppSpec> Apps { get; }

    /// <param name="pod">The pod's directories.</param>
    /// <param name="console">The host's terminal device for it.</param>
    public PodPlan Plan(PodDirectories pod, string? console)
    {
        string layers = LayersDirectory;
        return new PodPlan
        {
            Version = PodPlan.CurrentVersion,
            MachineId = pod.Id.MachineId,
            HostName = Record.Hostname,
            Users = Record.PrivateUsers,
            HostNetwork = _options.Network == NetworkMode.Host,
            BuildRoot = PodDirectories.BuildRoot,
            LayersDirectory = layers,
            JournalDirectory = pod.Journal,
            ExchangeDirectory = pod.Exchange,
            Console = console,
            DieWithParent = _options.Mode != RunMode.Detached,
            Files = PodUnits.Files(pod.Id, Apps),
            Init = PodUnits.Init,
            NoNestedUsers = Record.PrivateUsers is not null
                && Apps.All(static app => app.Isolation.SystemCalls is not null && !SystemCalls.MayNestUsers(app.Isolation.Capabilities)),
            DroppedCapabilities = Capabilities.Dropped([.. Apps.Select(static app => app.Isolation.Capabilities)]),
            Limits =
            [
                .. Apps.SelectMany(static app => app.Isolation.Ulimits).GroupBy(static limit => limit.Number)
                    .Select(static limits => new ResourceLimit(limits.Key, 0, limits.Max(static limit => limit.Hard ?? ulong.MaxValue))),
            ],
            InitEnvironment = PodUnits.InitEnvironment(pod.Id),
            Apps = [.. Record.Apps.Select((app, index) => Plan(pod, app, Apps[index], layers, console))],
        };
    }

    /// <summary>The store keeps a layer's files in `layers/DIGEST/root`.</summary>
    private string LayersDirectory => Path.GetDirectoryName(Path.GetDirectoryName(Record.Apps[0].Layers[0]))!;

    private AppSpec Spec(PodApp app) => new()
    {
        Name = app.Name.ToString(),
        Description = app.Image.Name,
        Program = app.Program,
        Arguments = app.Exec,
        Environment = app.Environment,
        WorkingDirectory = app.WorkingDirectory,
        Uid = app.User.Uid,
        Gid = app.User.Gid,
        SupplementaryGids = app.User.Supplementary,
        StopSignal = app.StopSignal,
        Streams = _options.Mode switch
        {
            RunMode.Foreground => AppStreams.Foreground,
            RunMode.Interactive => AppStreams.Console,
            _ => AppStreams.Journal,
        },

        // Nobody could say which of several apps the input is for.
        HasInput = _options.Mode != RunMode.Foreground || (Record.Apps.Count == 1 && !Files.IsNullDevice(0)),
        Isolation = app.Isolation,
        After = [.. app.After.Select(static name => name.ToString())],
        Restart = app.Restart,
        HasRestartSteps = _hasRestartSteps,
    };

    private AppPlan Plan(PodDirectories pod, PodApp app, AppSpec spec, string layers, string? console) => new()
    {
        Name = spec.Name,
        Layers = [.. app.Layers.Select(layer => Path.GetRelativePath(layers, layer))],
        UpperDirectory = pod.Upper(spec.Name),
        WorkDirectory = pod.Work(spec.Name),
        WorkingDirectory = app.WorkingDirectory,
        BoundFiles = AppFiles.Bound(_options, Record.Hostname),
        DefaultFiles = AppFiles.Defaults(_options, Record.Hostname),
        HostFiles = AppFiles.OfHost(_options),
        UnmaskedPaths = Record.InsecureOptions.HasFlag(InsecureOptions.Paths),
        HasConsole = console is not null,
        HasOutputFifo = spec.Streams == AppStreams.Journal,
        ReadOnlyRoot = app.Isolation.ReadOnlyRoot,
        Volumes = app.ImageVolumes,
        Mounts = [.. app.Mounts.Select(mount => Mount(pod, mount))],
    };

    private AppMount Mount(PodDirectories pod, VolumeMount mount)
    {
        PodVolume volume = Record.Volumes.First(volume => volume.Name == mount.Volume);
        return new AppMount
        {
            Source = volume.Source ?? pod.Volume(volume.Name),
            Target = mount.Target,
            ReadOnly = volume.IsReadOnly,
            Recursive = volume.Source is not null && volume.IsRecursive,
            IdMapped = volume.Source is not null && volume.IsIdMapped,
        };
    }

    /// <summary>Takes away the protections that the user turned off.</summary>
    private static AppIsolation Loosen(PodApp app, InsecureOptions insecure, bool hasOwnUsers)
    {
        IReadOnlyList<string>? capabilities = insecure.HasFlag(InsecureOptions.Capabilities) ? null : app.Isolation.Capabilities;
        return app.Isolation with
        {
            Capabilities = capabilities,
            SystemCalls = insecure.HasFlag(InsecureOptions.Seccomp) ? null
                : app.HasSystemCallOption || capabilities is not null ? app.Isolation.SystemCalls
                : SystemCalls.DefaultFor(null, hasOwnUsers),
        };
    }
}
