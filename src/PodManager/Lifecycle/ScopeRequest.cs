namespace PodManager.Lifecycle;

/// <summary>A transient scope (systemd.scope(5)); it is collected when it ends, failed or not.</summary>
/// <param name="Name">E.g. `rkt-….scope`.</param>
/// <param name="Description">World-readable, as everything here: no secrets.</param>
/// <param name="Pids">The processes it starts with.</param>
internal sealed record ScopeRequest(string Name, string Description, IReadOnlyList<int> Pids)
{
    public string Slice { get; init; } = "machine.slice";

    /// <summary>The pod's systemd may make cgroups of its own below.</summary>
    public bool Delegate { get; init; } = true;

    /// <summary>What every process gets first when the scope is stopped (systemd.kill(5)); null for the default, SIGTERM.</summary>
    public int? KillSignal { get; init; }

    /// <summary>How long a stop may take before SIGKILL; null for the manager's default.</summary>
    public TimeSpan? StopTimeout { get; init; }

    /// <summary>`auto`, `closed` or `strict` (systemd.resource-control(5)); null for the default.</summary>
    public string? DevicePolicy { get; init; }

    /// <summary>Device node or `char-…` group, and `r`, `w`, `m` of it.</summary>
    public IReadOnlyList<(string Node, string Access)> DeviceAllow { get; init; } = [];

    /// <summary>Units whose end also ends this scope. It is not ordered after them: a service that is still starting (Type=notify, oneshot) may be waiting for this very scope.</summary>
    public IReadOnlyList<string> BindsTo { get; init; } = [];

    /// <summary>Further properties, such as limits.</summary>
    public IReadOnlyList<UnitProperty> Properties { get; init; } = [];
}
