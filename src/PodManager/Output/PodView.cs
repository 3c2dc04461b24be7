using System.Text.Json.Serialization;
using PodManager.Pods;

namespace PodManager.Output;

/// <summary>A pod as `list` and `status` give it in JSON. The shape is a promise: names and meanings stay, fields may be added.</summary>
internal sealed record PodView
{
    /// <summary>The UUID.</summary>
    public required string Name { get; init; }

    public required string State { get; init; }

    /// <summary>The name that the user gave it.</summary>
    public string? PodName { get; init; }

    public string? Hostname { get; init; }

    /// <summary>As it was asked for: `none`, `host`, `all`, or names.</summary>
    public string? Network { get; init; }

    /// <summary>What the pod has joined.</summary>
    public IReadOnlyList<NetworkView>? Networks { get; init; }

    public IReadOnlyList<string>? AppNames { get; init; }

    public IReadOnlyList<AppView>? Apps { get; init; }

    public string? CreatedAt { get; init; }

    public string? StartedAt { get; init; }

    public int? Pid { get; init; }

    /// <summary>Why the pod's record cannot be read.</summary>
    public string? Problem { get; init; }

    public IReadOnlyDictionary<string, string>? UserAnnotations { get; init; }

    public IReadOnlyDictionary<string, string>? UserLabels { get; init; }

    public static PodView Of(Pod pod) => new()
    {
        Name = pod.Id.ToString(),
        State = pod.State.Word(),
        PodName = pod.Record?.Name?.ToString(),
        Hostname = pod.Record?.Hostname,
        Network = NetworkView.WordsOf(pod.Record),
        Networks = pod.Record is null ? null : [.. pod.Networks.Select(NetworkView.Of)],
        AppNames = pod.Record is null ? null : [.. pod.Apps.Select(static app => app.Name.ToString())],
        Apps = pod.Record is null ? null : [.. pod.Apps.Select(app => AppView.Of(pod, app))],
        CreatedAt = pod.Created is { } created ? Times.Json(created) : null,
        StartedAt = pod.Started is { } started ? Times.Json(started) : null,
        Pid = pod.LeaderPid,
        Problem = pod.Problem,
        UserAnnotations = pod.Record?.Notes?.UserAnnotations,
        UserLabels = pod.Record?.Notes?.UserLabels,
    };
}

/// <summary>An app of a pod in JSON.</summary>
internal sealed record AppView
{
    public required string Name { get; init; }

    /// <summary>created, running, paused, restarting, exited or unknown.</summary>
    public required string State { get; init; }

    /// <summary>Of an app that was added to a running pod.</summary>
    public string? CreatedAt { get; init; }

    public string? StartedAt { get; init; }

    public string? FinishedAt { get; init; }

    /// <summary>128+n for a death by signal n.</summary>
    public int? ExitCode { get; init; }

    /// <summary>How the run before ended, of an app that has been started again.</summary>
    public int? LastExitCode { get; init; }

    /// <summary>The name without SIG of the signal that ended it.</summary>
    public string? Signal { get; init; }

    /// <summary>The kernel killed it for want of memory.</summary>
    public bool? OomKilled { get; init; }

    public required string ImageId { get; init; }

    public required string ImageName { get; init; }

    /// <summary>What its health checks have found; left out if it has none, or was never started.</summary>
    public HealthView? Health { get; init; }

    public IReadOnlyDictionary<string, string>? UserAnnotations { get; init; }

    /// <summary>With those of the image.</summary>
    public IReadOnlyDictionary<string, string>? UserLabels { get; init; }

    public static AppView Of(Pod pod, PodApp app)
    {
        AppStatus? status = pod.Statuses.GetValueOrDefault(app.Name);

        // What is started again has a status of the run before; of what may be started later only the processes tell whether it is there.
        bool isSandbox = pod.Record?.Sandbox is not null;
        bool hasOwnStart = pod.HasOwnStart(app);
        bool isThere = pod.RunningApps.TryGetValue(app.Name, out DateTimeOffset? running);
        bool isBack = pod.State.IsUp() && status is not null && ((isSandbox && isThere) || (status.IsAgain && app.Restart != RestartPolicy.No));

        // Of a pod that was killed: how the last run ended is told nowhere.
        AppStatus? end = isBack || (status is { IsAgain: true } && !pod.State.IsUp()) ? null : status;
        return new AppView
        {
            Name = app.Name.ToString(),
            State = end is not null ? "exited" : pod.State switch
            {
                _ when isSandbox && !isThere && status is null => "created",
                _ when pod.State.IsUp() && hasOwnStart && !isThere && !isBack => "created",
                _ when isBack && status!.IsAgain && running is null => "restarting",
                _ when pod.State.IsUp() => pod.State.Word(),
                PodState.Preparing or PodState.Prepared => "created",
                _ => "unknown",
            },
            CreatedAt = app.Created is { } created ? Times.Json(created) : null,
            StartedAt = (hasOwnStart ? end is null ? running : end.Started : pod.Started) is { } started ? Times.Json(started) : null,
            FinishedAt = end is null ? null : Times.Json(end.Finished),
            ExitCode = end?.Code,
            LastExitCode = end is null ? status?.Code : null,
            Signal = end?.Signal,
            OomKilled = end?.Result == AppStatus.OomKill ? true : null,
            ImageId = app.Image.Id,
            ImageName = app.Image.Name,
            Health = pod.Started is not null && pod.Healths.TryGetValue(app.Name, out HealthState? health) ? HealthView.Of(health) : null,
            UserAnnotations = app.Notes?.UserAnnotations,
            UserLabels = app.Notes?.UserLabels,
        };
    }
}

/// <summary>An image as `image list` gives it in JSON.</summary>
internal sealed record ImageView(
    string Id, IReadOnlyList<string> Names, string ImportTime, string LastUsedTime, long Size, long SharedSize, long UniqueSize, IReadOnlyList<ImageTrustView> Trust);

/// <summary>Why an image may run under one of its names: the key's fingerprint, unless the rule asks for none, and the digest that was signed.</summary>
internal sealed record ImageTrustView(string Name, string? Key, string Rule, string Signed, string VerifiedAt);

/// <summary>A trusted key as `trust list` gives it in JSON; no prefix means every image.</summary>
internal sealed record TrustedKeyView(string? Prefix, string Fingerprint, string Type, string Path, bool Masked);

/// <summary>podctl's JSON output, generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<PodView>))]
[JsonSerializable(typeof(PodView))]
[JsonSerializable(typeof(AppView))]
[JsonSerializable(typeof(IReadOnlyList<AppView>))]
[JsonSerializable(typeof(IReadOnlyList<PodInspectView>))]
[JsonSerializable(typeof(IReadOnlyList<PodStatsView>))]
[JsonSerializable(typeof(IReadOnlyList<ImageView>))]
[JsonSerializable(typeof(IReadOnlyList<ImageInspectView>))]
[JsonSerializable(typeof(IReadOnlyList<TrustedKeyView>))]
[JsonSerializable(typeof(IReadOnlyList<ConfiguredNetworkView>))]
[JsonSerializable(typeof(IReadOnlyList<NetworkInspectView>))]
[JsonSerializable(typeof(ProgressView))]
internal sealed partial class OutputJson : JsonSerializerContext;
