using Common.Contract;
using Common.Native;
using PodManager.Pods;
using PodManager.Units;

namespace PodManager.Lifecycle;

/// <summary>
/// `podctl app …`. What apps there are is in the pod's record, under its lock: an app that comes is recorded when all of it is there, one that goes before any of it is removed. What a podctl that was
/// killed in between has left is removed when an app of the same name comes.
/// </summary>
internal sealed class SandboxService(RunServices services, PodService pods, IPodSystemd systemd, AppChanger changer) : ISandboxes
{
    public async Task<AppName> AddAsync(PodId id, AppOptions options, IReadOnlyList<PodVolume> volumes, FetchOptions fetch, CancellationToken ct)
    {
        _ = SandboxOf(pods.GetUp(id));
        StoredImage image = await services.Images.GetAsync(options.Image, fetch, ct);
        using IPodEdit edit = services.Pods.Edit(id);
        using RunningPod running = RunningPod.Open(pods, id);
        PodRecord record = SandboxOf(running.Pod);
        AppName name = options.Name ?? AppName.FromImage(image.Name);
        if (record.Apps.Any(app => app.Name == name))
        {
            throw new PodctlException(ExitCode.WrongState, $"pod '{id}' has an app '{name}' already", "`--name` after the image gives the new one another name");
        }

        PodApp app = Design(record, options, image, name);
        PodRecord changed = record with { Volumes = Merge(record, options, volumes), Apps = [.. record.Apps, app] };
        SandboxRules.Check(running, app);
        LimitControllers.Check([app.Isolation.Limits], services.Messages);
        PodDirectories directories = new(id, edit.Directory, services.Journals.DirectoryFor(id));
        AppPlanner planner = new(changed, record.Sandbox!, app.Restart == RestartPolicy.No ? 0 : services.Units().Version());
        AppSpec[] specs = [.. changed.Apps.Select(planner.Spec)];
        using Fd? secrets = SecretFile.Load([app], ExitCode.Failed);
        AllowDevices(record, volumes);
        edit.RemoveFiles(name);
        AppChange coming = new()
        {
            Version = AppChange.CurrentVersion,
            Removed = [specs[^1].Name],
            RemovedFiles = [.. PodUnits.ControlFilesOf(specs[^1].Name), .. HealthUnits.AllOf(specs[^1].Name).Select(PodUnits.PathOf)],
            Pod = PlanOf(directories, record) with
            {
                LayersDirectory = AppPlanner.LayersDirectoryOf(app),
                HasSecrets = secrets is not null,
                Apps = [planner.Plan(directories, app, specs[^1], console: null)],
                Files = [.. PodUnits.UserFiles(specs), .. PodUnits.HealthFiles([specs[^1]]), .. PodUnits.UnitsOf(specs[^1])],
            },
        };
        try
        {
            PodDirectoryMaker.Make(directories, [specs[^1]], volumes, record.PrivateUsers?.Base ?? 0);
            changer.Change(running, edit, secrets, $"cannot add app '{name}' to pod '{id}'", coming);
            edit.Save(changed);
            return name;
        }
        catch
        {
            Undo(running, edit, coming, name, PodUnits.NamesOf(specs[^1]));
            throw;
        }
    }

    public void Start(PodId id, AppName app, CancellationToken ct)
    {
        Pod pod = pods.Get(id);
        if (pod.Statuses.ContainsKey(app) && !pod.RunningApps.ContainsKey(app))
        {
            using IPodEdit edit = services.Pods.Edit(id);
            edit.BeginAgain(app);
        }

        Systemctl(id, app, "start", ct);
    }

    public void Stop(PodId id, AppName app, CancellationToken ct) => Systemctl(id, app, "stop", ct);

    public void Restart(PodId id, AppName app, CancellationToken ct)
    {
        Stop(id, app, ct);
        Start(id, app, ct);
    }

    public void Remove(PodId id, AppName name)
    {
        using IPodEdit edit = services.Pods.Edit(id);
        Pod pod = pods.Get(id);
        PodRecord record = SandboxOf(pod);
        PodApp app = PodService.AppOf(pod, name.ToString());

        // Of its volumes those go that nobody else can name.
        PodRecord changed = record with
        {
            Volumes = [.. record.Volumes.Where(volume => !volume.Name.StartsWith($"{name}:", StringComparison.Ordinal))],
            Apps = [.. record.Apps.Where(other => other != app)],
        };
        if (!pod.HasProcesses)
        {
            edit.Save(changed);
            edit.RemoveFiles(name);
            return;
        }

        using RunningPod running = RunningPod.Open(pods, id);
        string what = $"cannot remove app '{name}' of pod '{id}'";
        string[] units = [.. PodUnits.NamesOf(new AppPlanner(record, record.Sandbox!, 0).Spec(app))];
        _ = systemd.Run(running, what, ["stop", .. units]);
        _ = systemd.Run(running, what, ["reset-failed", $"{name}.*", $"{name}-output.*", $"{name}-health.*"]);
        edit.Save(changed);
        PodDirectories directories = new(id, edit.Directory, services.Journals.DirectoryFor(id));
        changer.Change(running, edit, secrets: null, what, new AppChange
        {
            Version = AppChange.CurrentVersion,
            Removed = [name.ToString()],
            RemovedFiles = [.. units.Select(PodUnits.PathOf), .. PodUnits.ControlFilesOf(name.ToString())],
            Pod = PlanOf(directories, record),
        });
        _ = systemd.Run(running, what, ["daemon-reload"]);
        edit.RemoveFiles(name);
    }

    private void Systemctl(PodId id, AppName app, string verb, CancellationToken ct)
    {
        using RunningPod running = RunningPod.Open(pods, id);
        _ = SandboxOf(running.Pod);
        _ = PodService.AppOf(running.Pod, app.ToString());
        _ = systemd.Run(running, $"cannot {verb} app '{app}' of pod '{id}'", [verb, AppUnit.NameOf(app.ToString())], ct);
    }

    private static PodRecord SandboxOf(Pod pod) => pod.Record switch
    {
        null => throw new PodctlException(ExitCode.Failed, $"cannot change pod '{pod.Id}': {pod.Problem}"),
        { Sandbox: null } => throw new PodctlException(ExitCode.WrongState, $"the apps of pod '{pod.Id}' were decided when it was made", "`podctl app sandbox` makes a pod whose apps come and go"),
        { } record => record,
    };

    private PodApp Design(PodRecord record, AppOptions options, StoredImage image, AppName name)
    {
        PodOptions pod = new() { Apps = [options], PrivateUsers = new PodUsers(record.PrivateUsers is not null, record.PrivateUsers), InsecureOptions = record.InsecureOptions };
        PodApp app = new AppDesigner(pod, options, image, services.Images.OpenRoot(image), name).App;
        IReadOnlyList<string> environment = options.Streams.HasTerminal ? AppEnvironment.WithTerminal(app.Environment, Environment.GetEnvironmentVariable("TERM") ?? "linux") : app.Environment;
        return app with { Environment = environment, Created = services.Time.GetUtcNow(), Isolation = AppPlanner.Loosen(app, record.InsecureOptions, pod.PrivateUsers.IsPrivate) };
    }

    private static IReadOnlyList<PodVolume> Merge(PodRecord record, AppOptions options, IReadOnlyList<PodVolume> volumes)
    {
        string[] faults =
        [
            .. volumes.Where(volume => record.Volumes.Any(other => other.Name == volume.Name)).Select(static volume => $"--volume: the pod has a volume '{volume.Name}' already"),
            .. options.Mounts.Where(mount => !record.Volumes.Concat(volumes).Any(volume => volume.Name == mount.Volume)).Select(static mount => $"--mount: there is no volume '{mount.Volume}' for '{mount.Target}'"),
        ];
        return faults.Length == 0 ? [.. record.Volumes, .. volumes] : throw new PodctlException(ExitCode.Usage, string.Join("; ", faults));
    }

    private void AllowDevices(PodRecord record, IReadOnlyList<PodVolume> volumes)
    {
        (string, string)[] devices = [.. PodStarter.DeviceVolumes(volumes)];
        if (devices.Length > 0 && !record.InsecureOptions.HasFlag(InsecureOptions.Paths))
        {
            _ = services.Units().SetProperties(record.Uuid.ScopeName, [new UnitProperty.PairList("DeviceAllow", devices)]);
        }
    }

    /// <summary>Takes away what there is of an app that could not be added. If that fails, too, it goes when an app of the same name comes.</summary>
    private void Undo(RunningPod running, IPodEdit edit, AppChange coming, AppName name, IEnumerable<string> units)
    {
        try
        {
            AppChange going = coming with
            {
                RemovedFiles = [.. coming.RemovedFiles, .. units.Select(PodUnits.PathOf)],
                Pod = coming.Pod with { LayersDirectory = null, HasSecrets = false, Apps = [], Files = [] },
            };
            changer.Change(running, edit, secrets: null, "undo", going);
            edit.RemoveFiles(name);
        }
        catch (Exception e) when (e is PodctlException or NativeException or IOException)
        {
            services.Messages.Debug($"app '{name}' could not be taken away again: {e.Message}");
        }
    }

    private static PodPlan PlanOf(PodDirectories pod, PodRecord record) => new()
    {
        Version = PodPlan.CurrentVersion,
        MachineId = pod.Id.MachineId,
        HostName = record.Hostname,
        Users = record.PrivateUsers,
        BuildRoot = PodDirectories.BuildRoot,
        JournalDirectory = pod.Journal,
        ExchangeDirectory = pod.Exchange,
        Files = [],
        Apps = [],
        Init = [],
        InitEnvironment = [],
    };
}
