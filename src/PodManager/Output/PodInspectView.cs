using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Output;

/// <summary>A pod as `inspect` gives it. The shape is a promise: names and meanings stay, fields may be added.</summary>
internal sealed record PodInspectView
{
    /// <summary>What `status` says.</summary>
    public required PodView Status { get; init; }

    public string? Mode { get; init; }

    public string? MarkedAt { get; init; }

    public bool Ready { get; init; }

    /// <summary>The first id on the host, and how many there are; without a user namespace there are none.</summary>
    public long? UserBase { get; init; }

    public long? UserCount { get; init; }

    /// <summary>Ports of the host's that lead to it; left out if there are none.</summary>
    public IReadOnlyList<PortView>? Ports { get; init; }

    /// <summary>`private`, or `parent` for the host's.</summary>
    public string? Ipc { get; init; }

    public IReadOnlyList<string>? InsecureOptions { get; init; }

    public required string Scope { get; init; }

    public required string Cgroup { get; init; }

    public required string JournalDirectory { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    public IReadOnlyList<VolumeView>? Volumes { get; init; }

    /// <summary>What the pod as a whole is limited to; left out if it is not.</summary>
    public LimitsView? Limits { get; init; }

    /// <summary>What the whole pod uses and may use, while it runs.</summary>
    public UsageView? Usage { get; init; }

    public IReadOnlyList<AppInspectView>? Apps { get; init; }

    public static PodInspectView Of(Pod pod, string journal, IPodMeter meter) => new()
    {
        Status = PodView.Of(pod),
        Mode = pod.Record?.Mode switch { RunMode.Detached => "detached", RunMode.Interactive => "interactive", RunMode.Foreground => "foreground", _ => null },
        MarkedAt = pod.Marked is { } marked ? Times.Json(marked) : null,
        Ready = pod.IsReady,
        UserBase = pod.Record?.PrivateUsers?.Base,
        UserCount = pod.Record?.PrivateUsers?.Count,
        Ports = pod.Record?.Ports.Count > 0 ? [.. pod.Record.Ports.Select(PortView.Of)] : null,
        Ipc = pod.Record?.HostIpc switch { true => "parent", false => "private", null => null },
        InsecureOptions = pod.Record is { } record ? [.. InsecureOptionList.Format(record.InsecureOptions).Split(',').Where(static word => word != "none")] : null,
        Scope = pod.Id.ScopeName,
        Cgroup = pod.Id.Cgroup,
        JournalDirectory = journal,
        Annotations = pod.Record?.Notes?.Annotations,
        Volumes = pod.Record is null ? null : [.. pod.Record.Volumes.Select(VolumeView.Of)],
        Limits = pod.Record is { Limits.IsEmpty: false } limited ? LimitsView.Of(limited.Limits) : null,
        Usage = IsMeasured(pod) && meter.Measure(pod.Id) is { } figures ? UsageView.Of(figures, null, default) : null,
        Apps = pod.Record is null ? null : [.. pod.Apps.Select(app => AppInspectView.Of(app, pod.Healths.GetValueOrDefault(app.Name), IsMeasured(pod) ? meter.Measure(pod.Id, app.Name) : null))],
    };

    // The cgroup of a pod that has ended may still be there for a moment.
    private static bool IsMeasured(Pod pod) => pod.State.IsUp() || pod.HasProcesses;
}

/// <summary>Limits as they were asked for: CPU time in thousandths of one CPU.</summary>
internal sealed record LimitsView(long? MemoryBytes, long? CpuMillis, long? CpuShares, long? Tasks, long? IoWeight, IReadOnlyList<IoLimitView>? Io)
{
    public static LimitsView Of(ResourceLimits limits) => new(
        limits.MemoryBytes, limits.CpuMillis, limits.CpuShares, limits.Tasks, limits.IoWeight, limits.Io.Count == 0 ? null : [.. limits.Io.Select(IoLimitView.Of)]);
}

/// <summary>How much of a disk may be used a second.</summary>
internal sealed record IoLimitView(string Path, long? ReadBytes, long? WriteBytes, long? ReadOperations, long? WriteOperations)
{
    public static IoLimitView Of(IoLimit limit) => new(limit.Path, limit.ReadBytes, limit.WriteBytes, limit.ReadOperations, limit.WriteOperations);
}

/// <summary>A volume of a pod; without a source it is a directory of the pod's own.</summary>
internal sealed record VolumeView(string Name, string? Source, bool ReadOnly, bool Recursive, bool IdMapped)
{
    public static VolumeView Of(PodVolume volume) => new(volume.Name, volume.Source, volume.IsReadOnly, volume.IsRecursive, volume.IsIdMapped);
}

/// <summary>Where an app sees a volume.</summary>
internal sealed record MountView(string Volume, string Target);

/// <summary>An app of a pod, as it was decided when the pod was made or started.</summary>
internal sealed record AppInspectView
{
    public required string Name { get; init; }

    public required string Image { get; init; }

    /// <summary>The manifest's digest.</summary>
    public required string ImageId { get; init; }

    public required string Program { get; init; }

    public required IReadOnlyList<string> Command { get; init; }

    public required IReadOnlyList<string> Environment { get; init; }

    public required string WorkingDirectory { get; init; }

    public required uint User { get; init; }

    public required uint Group { get; init; }

    public required IReadOnlyList<uint> SupplementaryGroups { get; init; }

    public required string StopSignal { get; init; }

    public required string Restart { get; init; }

    /// <summary>Names of credentials, and the host's files that they come from.</summary>
    public IReadOnlyDictionary<string, string>? Credentials { get; init; }

    /// <summary>Its streams in the background: `null`, `log`, `stream` or `tty`.</summary>
    public required string Stdin { get; init; }

    public required string Stdout { get; init; }

    public required string Stderr { get; init; }

    public required IReadOnlyList<string> After { get; init; }

    /// <summary>It says by sd_notify(3) when it is up.</summary>
    public required bool Notify { get; init; }

    public HealthCheckView? HealthCheck { get; init; }

    public required IReadOnlyList<MountView> Mounts { get; init; }

    public required IReadOnlyList<string> ImageVolumes { get; init; }

    /// <summary>The bounding set; left out if it is not limited.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }

    /// <summary>Whether system calls are filtered.</summary>
    public required bool SystemCallsFiltered { get; init; }

    public required bool NoNewPrivileges { get; init; }

    public required bool ReadOnlyRoot { get; init; }

    public long? MemoryLimitBytes { get; init; }

    public long? CpuLimitMillis { get; init; }

    public int? CpuShares { get; init; }

    public long? TaskLimit { get; init; }

    public int? IoWeight { get; init; }

    /// <summary>Name, soft and hard limit, `infinity` being none.</summary>
    public IReadOnlyList<string>? Ulimits { get; init; }

    public int? OomScoreAdjustment { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    public IReadOnlyDictionary<string, string>? UserAnnotations { get; init; }

    /// <summary>With those of the image.</summary>
    public IReadOnlyDictionary<string, string>? UserLabels { get; init; }

    /// <summary>What it uses, and the limits in force, while it runs.</summary>
    public UsageView? Usage { get; init; }

    public static AppInspectView Of(PodApp app, HealthState? health, ResourceFigures? figures) => new()
    {
        Name = app.Name.ToString(),
        Image = app.Image.Name,
        ImageId = app.Image.Id,
        Program = app.Program,
        Command = app.Exec,
        Environment = app.Environment,
        WorkingDirectory = app.WorkingDirectory,
        User = app.User.Uid,
        Group = app.User.Gid,
        SupplementaryGroups = app.User.Supplementary,
        StopSignal = app.StopSignal,
        Restart = app.Restart.Word(),
        Credentials = app.Credentials.Count == 0 ? null : app.Credentials.ToDictionary(static credential => credential.Name, static credential => credential.Source),
        Stdin = StreamModes.Word((app.Streams ?? StreamModes.Default).Stdin),
        Stdout = StreamModes.Word((app.Streams ?? StreamModes.Default).Stdout),
        Stderr = StreamModes.Word((app.Streams ?? StreamModes.Default).Stderr),
        After = [.. app.After.Select(static name => name.ToString())],
        Notify = app.Notify == true,
        HealthCheck = app.Health is { } check ? HealthCheckView.Of(check, health) : null,
        Mounts = [.. app.Mounts.Select(static mount => new MountView(mount.Volume, mount.Target))],
        ImageVolumes = app.ImageVolumes,
        Capabilities = app.Isolation.Capabilities,
        SystemCallsFiltered = app.Isolation.SystemCalls is not null,
        NoNewPrivileges = app.Isolation.NoNewPrivileges,
        ReadOnlyRoot = app.Isolation.ReadOnlyRoot,
        MemoryLimitBytes = app.Isolation.MemoryBytes,
        CpuLimitMillis = app.Isolation.CpuMillis,
        CpuShares = app.Isolation.CpuShares,
        TaskLimit = app.Isolation.Tasks,
        IoWeight = app.Isolation.IoWeight,
        Ulimits = app.Isolation.Ulimits.Count == 0 ? null : [.. app.Isolation.Ulimits.Select(static limit => $"{limit.Name.ToLowerInvariant()}={limit.Value}")],
        OomScoreAdjustment = app.Isolation.OomScoreAdjustment,
        Annotations = app.Notes?.Annotations,
        UserAnnotations = app.Notes?.UserAnnotations,
        UserLabels = app.Notes?.UserLabels,
        Usage = figures is null ? null : UsageView.Of(figures, null, default),
    };
}
