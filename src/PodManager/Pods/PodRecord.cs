using Common.Contract;

namespace PodManager.Pods;

/// <summary>
/// What was decided about a pod. Written as pod.json into the pod's directory when the pod is made, once more when a prepared pod is started, and whenever its limits or its apps are
/// changed; what becomes of it is told by files of their own.
/// </summary>
internal sealed record PodRecord
{
    /// <summary>The version this build writes; one that it does not know is refused.</summary>
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    public required PodId Uuid { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required string Hostname { get; init; }

    /// <summary>The name the user gave it.</summary>
    public PodName? Name { get; init; }

    public required NetworkMode Network { get; init; }

    /// <summary>With <see cref="NetworkMode.Named"/>, which.</summary>
    public IReadOnlyList<NetworkRequest> Networks { get; init; } = [];

    /// <summary>Ports of the host's that lead to the pod.</summary>
    public IReadOnlyList<PortMapping> Ports { get; init; } = [];

    /// <summary>It is in the host's IPC namespace.</summary>
    public bool HostIpc { get; init; }

    /// <summary>The pod's user namespace; null if it shares the host's.</summary>
    public IdRange? PrivateUsers { get; init; }

    /// <summary>True if the user has said which range; null if podctl took one.</summary>
    public bool? HasGivenUsers { get; init; }

    public InsecureOptions InsecureOptions { get; init; }

    public required RunMode Mode { get; init; }

    /// <summary>Of the pod as a whole.</summary>
    public ResourceLimits Limits { get; init; } = new();

    public IReadOnlyList<PodVolume> Volumes { get; init; } = [];

    /// <summary>Its apps come and go while it runs (`podctl app sandbox`), and this is what each finds in /etc; null for a pod whose apps were decided when it was made.</summary>
    public AppFileSet? Sandbox { get; init; }

    public required IReadOnlyList<PodApp> Apps { get; init; }

    /// <summary>Null if there are none.</summary>
    public Notes? Notes { get; init; }

    /// <summary>Whether an app may be started later than the pod, or more than once.</summary>
    public bool HasOwnStart(PodApp app) => Sandbox is not null || app.HasOwnStart;
}

/// <summary>How a pod is connected.</summary>
internal enum NetworkMode
{
    /// <summary>Loopback only.</summary>
    None,

    /// <summary>The host's network namespace.</summary>
    Host,

    /// <summary>Networks that the user names.</summary>
    Named,

    /// <summary>Every network that is configured.</summary>
    All,
}

/// <summary>What podctl does while the pod runs.</summary>
internal enum RunMode
{
    /// <summary>Passes the app's output on and waits.</summary>
    Foreground,

    /// <summary>The caller's terminal is the app's.</summary>
    Interactive,

    /// <summary>It has left; the journal has the output.</summary>
    Detached,
}
