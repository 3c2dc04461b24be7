using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Decides what one app is, by its image and the user's flags.</summary>
internal sealed class AppDesigner
{
    // As rkt's images say it.
    private const string NotifyNote = "appc.io/executor/supports-systemd-notify";

    /// <summary>A label by which an image asks for no new privileges; the name is rkt's for it.</summary>
    public const string NoNewPrivilegesNote = "os/linux/no-new-privileges";

    private readonly AppOptions _options;
    private readonly StoredImage _image;

    /// <exception cref="PodctlException">The image and the options do not go together.</exception>
    public AppDesigner(PodOptions pod, AppOptions options, StoredImage image, IImageRoot root, AppName name)
    {
        _options = options;
        _image = image;
        if (options.ImageId is { } wanted && wanted != image.Id)
        {
            throw new PodctlException(
                ExitCode.RunFailed,
                $"app '{name}' is to have the image '{wanted}', and '{options.Image}' is '{image.Id}'",
                "without `imageId`, the manifest takes what the name means now");
        }

        ImageUser user = FindUser(root);
        string workingDirectory = options.WorkingDirectory ?? WorkingDirectoryOf(image.Config);
        ImageChecks.Check(options.Image, pod.PrivateUsers.Count, image.Config, user, workingDirectory);
        IReadOnlyList<string> environment = AppEnvironment.Merge(image.Config, pod, options, name, user);
        IReadOnlyList<string> words = AppCommand.Words(image.Config, options);
        IReadOnlyList<VolumeMount> mounts = options.Mounts.Count > 0 ? options.Mounts : MountsByName(image.Config, pod.Volumes);
        App = new PodApp
        {
            Name = name,
            Image = new PodImage(image.Name, image.Id.ToString()),
            Layers = image.Layers,
            Program = AppCommand.Find(root, words[0], workingDirectory, environment),
            Exec = words,
            Environment = environment,
            User = new PodUser(user.Uid, user.Gid, options.SupplementaryGids ?? user.SupplementaryGids),
            WorkingDirectory = workingDirectory,
            StopSignal = image.Config.StopSignal.Length > 0 ? image.Config.StopSignal : "SIGTERM",
            Isolation = Isolate(pod, options, image.Config),
            HasSystemCallOption = options.HasSystemCallOption,
            Mounts = mounts,
            ImageVolumes = [.. image.Config.Volumes.Except(mounts.Select(static mount => mount.Target))],
            After = options.After,
            Restart = options.Restart,
            Credentials = options.Credentials,
            Notify = options.Notify ?? NotedNotify(options.Notes?.Annotations) ?? NotedNotify(image.Config.Labels),
            Health = HealthDesigner.Design(name, image.Config.Health, options.Health, workingDirectory),
            IsHealthOff = options.Health.IsOff,
            Streams = options.Streams == StreamModes.Default ? null : options.Streams,
            Notes = Notes.WithLabels(options.Notes, image.Config.Labels),
        };
    }

    public PodApp App { get; }

    private static bool? NotedNotify(IReadOnlyDictionary<string, string>? notes) => notes?.TryGetValue(NotifyNote, out string? text) == true ? text == "true" : null;

    public static bool AsksForNoNewPrivileges(IReadOnlyDictionary<string, string>? labels) => labels?.TryGetValue(NoNewPrivilegesNote, out string? text) == true && text == "true";

    private static string WorkingDirectoryOf(ImageConfig image) =>
        image.WorkingDirectory.StartsWith('/') ? Path.GetFullPath(image.WorkingDirectory) : image.WorkingDirectory.Length > 0 ? image.WorkingDirectory : "/";

    /// <summary>The pod's volumes that are called after an image's: `volume-var-lib` is for /var/lib, if nothing says what is mounted where.</summary>
    private static IReadOnlyList<VolumeMount> MountsByName(ImageConfig image, IReadOnlyList<PodVolume> volumes) =>
    [
        .. from target in image.Volumes
           let name = $"volume-{string.Join('-', target.Split((char[])['/', '.', '_', '-'], StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant()}"
           where volumes.Any(volume => volume.Name == name)
           select new VolumeMount(name, target),
    ];

    /// <summary>What the options ask for, and defaults where they ask for nothing.</summary>
    private static AppIsolation Isolate(PodOptions pod, AppOptions options, ImageConfig image)
    {
        IReadOnlyList<string> capabilities = options.Isolation.Capabilities ?? Capabilities.Default;
        return options.Isolation with
        {
            Capabilities = capabilities,
            NoNewPrivileges = options.Isolation.NoNewPrivileges || (!options.MayGainPrivileges && AsksForNoNewPrivileges(image.Labels)),
            SystemCalls = options.HasSystemCallOption ? options.Isolation.SystemCalls : SystemCalls.DefaultFor(capabilities, pod.PrivateUsers.IsPrivate),
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
