using Common.Contract;
using Common.Native;
using PodManager.Pods;
using PodManager.Units;

namespace PodManager.Lifecycle;

/// <summary>Decides everything about a pod of one app before anything of it is made: who it runs as, what it runs, what it sees.</summary>
internal sealed class PodPlanner
{
    private readonly RunOptions _options;
    private readonly StoredImage _image;
    private readonly AppName _app;

    /// <exception cref="PodctlException">The image and the options do not go together.</exception>
    public PodPlanner(PodId pod, RunOptions options, StoredImage image, IImageRoot root, string? terminal)
    {
        _options = options;
        _image = image;
        _app = options.AppName ?? Pods.AppName.FromImage(image.Name);
        HostName = options.HostName ?? pod.MachineName;
        ImageUser user = FindUser(root);
        string workingDirectory = options.WorkingDirectory ?? (image.Config.WorkingDirectory.StartsWith('/') ? Path.GetFullPath(image.Config.WorkingDirectory) : image.Config.WorkingDirectory.Length > 0 ? image.Config.WorkingDirectory : "/");
        ImageChecks.Check(options, image.Config, user, workingDirectory);
        IReadOnlyList<string> environment = AppEnvironment.Merge(
            image.Config, options, _app, user, options.Mode == RunMode.Interactive ? terminal ?? "linux" : null);
        IReadOnlyList<string> words = AppCommand.Words(image.Config, options);
        App = new AppSpec
        {
            Name = _app.ToString(),
            Description = image.Name,
            Program = AppCommand.Find(root, words[0], workingDirectory, environment),
            Arguments = words,
            Environment = environment,
            WorkingDirectory = workingDirectory,
            Uid = user.Uid,
            Gid = user.Gid,
            SupplementaryGids = options.SupplementaryGids ?? user.SupplementaryGids,
            StopSignal = image.Config.StopSignal.Length > 0 ? image.Config.StopSignal : "SIGTERM",
            Streams = options.Mode switch
            {
                RunMode.Foreground => AppStreams.Foreground,
                RunMode.Interactive => AppStreams.Console,
                _ => AppStreams.Journal,
            },
            HasInput = options.Mode != RunMode.Foreground || !Files.IsNullDevice(0),
            Isolation = Isolate(options),
        };
    }

    public string HostName { get; }

    public AppSpec App { get; }

    /// <summary>The store keeps a layer's files in `layers/DIGEST/root`.</summary>
    private string LayersDirectory => Path.GetDirectoryName(Path.GetDirectoryName(_image.Layers[0]))!;

    public PodRecord Record(PodId pod, DateTimeOffset created, IdRange? users) => new()
    {
        Uuid = pod,
        Created = created,
        Hostname = HostName,
        Network = _options.Network,
        PrivateUsers = users,
        InsecureOptions = _options.InsecureOptions,
        Mode = _options.Mode,
        Volumes = _options.Volumes,
        Apps =
        [
            new PodApp
            {
                Name = _app,
                Image = new PodImage(_image.Name, _image.Id.ToString()),
                Layers = _image.Layers,
                Exec = App.Arguments,
                Environment = App.Environment,
                User = new PodUser(App.Uid, App.Gid, App.SupplementaryGids),
                WorkingDirectory = App.WorkingDirectory,
                StopSignal = App.StopSignal,
                Isolation = App.Isolation,
                Mounts = _options.Mounts,
            },
        ],
    };

    /// <param name="pod">The pod's directories.</param>
    /// <param name="users">Its user namespace.</param>
    /// <param name="console">The host's terminal device for it.</param>
    public PodPlan Plan(PodDirectories pod, IdRange? users, string? console) => new()
    {
        Version = PodPlan.CurrentVersion,
        MachineId = pod.Id.MachineId,
        HostName = HostName,
        Users = users,
        HostNetwork = _options.Network == NetworkMode.Host,
        BuildRoot = PodDirectories.BuildRoot,
        LayersDirectory = LayersDirectory,
        JournalDirectory = pod.Journal,
        ExchangeDirectory = pod.Exchange,
        Console = console,
        DieWithParent = _options.Mode != RunMode.Detached,
        Files = PodUnits.Files(pod.Id, [App]),
        Init = PodUnits.Init,
        NoNestedUsers = users is not null && App.Isolation.SystemCalls is not null && !SystemCalls.MayNestUsers(App.Isolation.Capabilities),
        DroppedCapabilities = Capabilities.Dropped(App.Isolation.Capabilities),
        InitEnvironment = PodUnits.InitEnvironment(pod.Id),
        Apps =
        [
            new AppPlan
            {
                Name = App.Name,
                Layers = [.. _image.Layers.Select(layer => Path.GetRelativePath(LayersDirectory, layer))],
                UpperDirectory = pod.Upper(App.Name),
                WorkDirectory = pod.Work(App.Name),
                WorkingDirectory = App.WorkingDirectory,
                BoundFiles = AppFiles.Bound(_options, HostName),
                DefaultFiles = AppFiles.Defaults(_options, HostName),
                HostFiles = AppFiles.OfHost(_options),
                UnmaskedPaths = _options.InsecureOptions.HasFlag(InsecureOptions.Paths),
                HasConsole = console is not null,
                HasOutputFifo = App.Streams == AppStreams.Journal,
                ReadOnlyRoot = App.Isolation.ReadOnlyRoot,
                Volumes = [.. _image.Config.Volumes.Except(_options.Mounts.Select(static mount => mount.Target))],
                Mounts = [.. _options.Mounts.Select(mount => Mount(pod, mount))],
            },
        ],
    };

    private AppMount Mount(PodDirectories pod, VolumeMount mount)
    {
        PodVolume volume = _options.Volumes.First(volume => volume.Name == mount.Volume);
        return new AppMount
        {
            Source = volume.Source ?? pod.Volume(volume.Name),
            Target = mount.Target,
            ReadOnly = volume.IsReadOnly,
            Recursive = volume.Source is not null && volume.IsRecursive,
            IdMapped = volume.Source is not null && volume.IsIdMapped,
        };
    }

    /// <summary>What the options ask for, and defaults where they ask for nothing.</summary>
    private static AppIsolation Isolate(RunOptions options)
    {
        IReadOnlyList<string>? capabilities = options.InsecureOptions.HasFlag(InsecureOptions.Capabilities) ? null
            : options.Isolation.Capabilities ?? Capabilities.Default;
        return options.Isolation with
        {
            Capabilities = capabilities,
            SystemCalls = options.InsecureOptions.HasFlag(InsecureOptions.Seccomp) ? null
                : options.HasSystemCallOption ? options.Isolation.SystemCalls : SystemCalls.DefaultFor(capabilities, options.PrivateUsers),
        };
    }

    private ImageUser FindUser(IImageRoot root)
    {
        string user = _options.User ?? "";
        string group = _options.Group ?? "";
        if (user.Length + group.Length == 0)
        {
            return root.FindUser(_image.Config.User);
        }

        // `--user` alone keeps the image's group, `--group` alone its user.
        string[] image = _image.Config.User.Split(':', 2);
        string whose = user.Length > 0 ? OwnerOf(root, user, static file => file.Uid) : image[0];
        string which = group.Length > 0 ? OwnerOf(root, group, static file => file.Gid) : image.Length > 1 ? image[1] : "";
        return root.FindUser(which.Length > 0 ? $"{whose}:{which}" : whose);
    }

    private static string OwnerOf(IImageRoot root, string name, Func<ImageFile, uint> owner) =>
        !name.StartsWith('/') ? name
        : root.Find(name) is ImageFile file ? $"{owner(file)}"
        : throw new PodctlException(ExitCode.RunFailed, $"cannot take the owner of '{name}': there is no such file in the image");
}
