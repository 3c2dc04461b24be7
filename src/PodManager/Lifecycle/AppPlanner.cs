using Common.Contract;
using Common.Native;
using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Decides how the apps of a pod are started, and what stage1 makes for each.</summary>
/// <param name="record">The pod.</param>
/// <param name="files">What its apps find in /etc.</param>
/// <param name="systemdVersion">The pod's; 0 if nobody has asked, as for apps that are not started again.</param>
internal sealed class AppPlanner(PodRecord record, AppFileSet files, int systemdVersion)
{
    private const int FirstWithRestartSteps = 254;

    /// <summary>The store keeps a layer's files in `layers/DIGEST/root`.</summary>
    public static string LayersDirectoryOf(PodApp app) => Path.GetDirectoryName(Path.GetDirectoryName(app.Layers[0]))!;

    /// <summary>Takes away the protections that the user turned off.</summary>
    public static AppIsolation Loosen(PodApp app, InsecureOptions insecure, bool hasOwnUsers)
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

    public AppSpec Spec(PodApp app) => new()
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
        Streams = record.Mode switch
        {
            RunMode.Foreground => AppStreams.Foreground,
            RunMode.Interactive => AppStreams.Console,
            _ => AppStreams.Journal,
        },

        // Nobody could say which of several apps the input is for.
        HasInput = record.Mode != RunMode.Foreground || (record.Apps.Count == 1 && !Files.IsNullDevice(0)),
        Isolation = app.Isolation,
        After = [.. app.After.Select(static name => name.ToString())],
        Restart = app.Restart,
        Credentials = [.. app.Credentials.Select(static credential => credential.Name)],
        Notify = app.Notify == true,
        Health = app.Health,
        Modes = app.Streams ?? StreamModes.Default,
        StreamProgram = app.Streams is { AreHeld: true } ? Stage1Location.InPod(app.Name) : null,
        HasRestartSteps = systemdVersion >= FirstWithRestartSteps,
        WaitsForNetwork = record.Network is NetworkMode.Named or NetworkMode.All && record.Sandbox is null,
        ComesAndGoes = record.Sandbox is not null,
    };

    /// <param name="pod">The pod's directories.</param>
    /// <param name="app">The app.</param>
    /// <param name="spec">How it is started.</param>
    /// <param name="console">The host's terminal device for it.</param>
    public AppPlan Plan(PodDirectories pod, PodApp app, AppSpec spec, string? console) => new()
    {
        Name = spec.Name,
        Layers = [.. app.Layers.Select(layer => Path.GetRelativePath(LayersDirectoryOf(app), layer))],
        UpperDirectory = pod.Upper(spec.Name),
        WorkDirectory = pod.Work(spec.Name),
        WorkingDirectory = app.WorkingDirectory,
        BoundFiles = files.Bound,
        DefaultFiles = files.Defaults,
        HostFiles = files.OfHost,
        UnmaskedPaths = record.InsecureOptions.HasFlag(InsecureOptions.Paths),
        HasConsole = console is not null,
        OutputNames = spec.HasOutputFifo ? [.. Names(spec.Modes)] : [],
        ReadOnlyRoot = app.Isolation.ReadOnlyRoot,
        Volumes = app.ImageVolumes,
        Mounts = [.. app.Mounts.Select(mount => Mount(pod, mount))],
    };

    private static IEnumerable<string> Names(StreamModes modes)
    {
        if (modes.Stdout == StreamMode.Log)
        {
            yield return "/dev/stdout";
        }

        if (modes.Stderr == StreamMode.Log)
        {
            yield return "/dev/stderr";
        }
    }

    private AppMount Mount(PodDirectories pod, VolumeMount mount)
    {
        PodVolume volume = record.Volumes.First(volume => volume.Name == mount.Volume);
        return new AppMount
        {
            Source = volume.Source ?? pod.Volume(volume.Name),
            Target = mount.Target,
            ReadOnly = volume.IsReadOnly,
            Recursive = volume.Source is not null && volume.IsRecursive,
            IdMapped = volume.Source is not null && volume.IsIdMapped,
        };
    }
}
