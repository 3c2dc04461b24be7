using System.Globalization;
using System.Text.Json.Nodes;
using PodManager.Lifecycle;
using PodManager.Output;
using PodManager.Pods;

namespace PodManager.Commands.Manifests;

/// <summary>
/// Says what a pod is in a manifest of which an equal pod can be made: what was found out when the pod was made, such as its users' numbers and its whole environment, is
/// said as it was found, and not left to an image that may have another content by then.
/// </summary>
internal static class ManifestWriter
{
    private const int MillisPerCpu = 1000;

    public static PodManifestView ViewOf(PodRecord pod) => new()
    {
        Version = ManifestReader.Version,
        Name = pod.Name?.ToString(),
        PrivateUsers = pod.PrivateUsers is not { } users ? JsonValue.Create(false) : pod.HasGivenUsers == true ? JsonValue.Create(UserRange.Word(users)) : null,
        Memory = pod.Limits.MemoryBytes,
        Cpu = CpusOf(pod.Limits.CpuMillis),
        CpuShares = pod.Limits.CpuShares,
        PidsLimit = pod.Limits.Tasks,
        IoWeight = pod.Limits.IoWeight,
        IoLimits = NotEmpty<DiskManifestView>([.. pod.Limits.Io.Select(ViewOf)]),
        Volumes = NotEmpty<VolumeManifestView>([.. pod.Volumes.Select(ViewOf)]),
        Apps = [.. pod.Apps.Select(app => ViewOf(app, pod.PrivateUsers is not null))],
        Annotations = pod.Notes?.Annotations,
        UserAnnotations = pod.Notes?.UserAnnotations,
        UserLabels = pod.Notes?.UserLabels,
    };

    private static VolumeManifestView ViewOf(PodVolume volume)
    {
        VolumeManifestView view = new() { Name = volume.Name, Kind = volume.Source is null ? "empty" : "host", ReadOnly = volume.IsReadOnly ? true : null };
        return volume.Source is null
            ? view with { Mode = $"0{Convert.ToString(volume.Mode, 8)}", Uid = volume.Uid, Gid = volume.Gid }
            : view with { Source = volume.Source, Recursive = volume.IsRecursive ? null : false, Idmap = volume.IsIdMapped ? null : false };
    }

    private static AppManifestView ViewOf(PodApp app, bool hasOwnUsers) => new()
    {
        Name = app.Name.ToString(),
        Image = app.Image.Name,
        ImageId = app.Image.Id,
        Exec = app.Exec,
        User = $"{app.User.Uid}",
        Group = $"{app.User.Gid}",
        SupplementaryGids = app.User.Supplementary,
        WorkingDirectory = app.WorkingDirectory,
        Environment = app.Environment.Select(static variable => variable.Split('=', 2)).Where(static words => words[0] != AppEnvironment.NameVariable).ToDictionary(static words => words[0], static words => words[1]),
        Mounts = NotEmpty<MountView>([.. app.Mounts.Select(static mount => new MountView(mount.Volume, mount.Target))]),
        After = NotEmpty<string>([.. app.After.Select(static name => name.ToString())]),
        Restart = app.Restart == RestartPolicy.No ? null : app.Restart.Word(),
        Credentials = app.Credentials.Count == 0 ? null : app.Credentials.ToDictionary(static credential => credential.Name, static credential => credential.Source),
        Notify = app.Notify,
        Health = app.IsHealthOff ? new HealthManifestView(HealthValues.None) : app.Health is { } check ? ViewOf(check) : null,
        Stdin = WordOf(app.Streams?.Stdin, StreamModes.Default.Stdin),
        Stdout = WordOf(app.Streams?.Stdout, StreamModes.Default.Stdout),
        Stderr = WordOf(app.Streams?.Stderr, StreamModes.Default.Stderr),
        ReadOnlyRoot = app.Isolation.ReadOnlyRoot ? true : null,
        NoNewPrivileges = app.Isolation.NoNewPrivileges ? true : AppDesigner.AsksForNoNewPrivileges(app.Notes?.UserLabels) ? false : null,
        Capabilities = app.Isolation.Capabilities is { } capabilities && !capabilities.SequenceEqual(Capabilities.Default) ? new CapabilitiesManifestView(capabilities) : null,
        Seccomp = app.HasSystemCallOption ? ViewOf(SeccompOption.Of(app.Isolation.SystemCalls, app.Isolation.Capabilities, hasOwnUsers)) : null,
        Memory = app.Isolation.MemoryBytes,
        Cpu = CpusOf(app.Isolation.CpuMillis),
        CpuShares = app.Isolation.CpuShares,
        PidsLimit = app.Isolation.Tasks,
        IoWeight = app.Isolation.IoWeight,
        Ulimits = app.Isolation.Ulimits.Count == 0 ? null : app.Isolation.Ulimits.ToDictionary(static limit => limit.Name.ToLowerInvariant(), static limit => limit.Value),
        OomScoreAdjust = app.Isolation.OomScoreAdjustment,
        Annotations = app.Notes?.Annotations,
        UserAnnotations = app.Notes?.UserAnnotations,
        UserLabels = app.Notes?.UserLabels,
    };

    // All of it, as the image has a word in what is left out.
    private static HealthManifestView ViewOf(HealthCheck check) => new(
        null,
        check.Command,
        GoDuration.Format(check.Interval),
        GoDuration.Format(check.Timeout),
        check.Retries,
        GoDuration.Format(check.StartPeriod),
        check.StartInterval is { } start ? GoDuration.Format(start) : null,
        check.OnFailure == HealthAction.None ? null : check.OnFailure.Word());

    private static string? WordOf(StreamMode? mode, StreamMode usual) => mode is { } said && said != usual ? StreamModes.Word(said) : null;

    private static SeccompManifestView ViewOf(SeccompOption option) => new(
        option.IsRetained ? "retain" : "remove", option.Errno, option.Items.Count + option.Answers.Count > 0 ? [.. option.Items, .. option.Answers] : [SeccompOption.EmptySet], option.IsExact ? true : null, option.IsNativeOnly ? true : null);

    // One rate at least, as somebody may have taken all of them away.
    private static DiskManifestView ViewOf(IoLimit limit) => limit is { ReadBytes: null, WriteBytes: null, ReadOperations: null, WriteOperations: null }
        ? new DiskManifestView(limit.Path, "none", null, null, null)
        : new DiskManifestView(limit.Path, RateOf(limit.ReadBytes), RateOf(limit.WriteBytes), RateOf(limit.ReadOperations), RateOf(limit.WriteOperations));

    private static string? RateOf(long? rate) => rate?.ToString(CultureInfo.InvariantCulture);

    private static string? CpusOf(long? millis) => millis is not { } number ? null
        : number % MillisPerCpu == 0 ? (number / MillisPerCpu).ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{number}m");

    private static IReadOnlyList<T>? NotEmpty<T>(IReadOnlyList<T> list) => list.Count > 0 ? list : null;
}
