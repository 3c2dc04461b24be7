namespace PodManager.Lifecycle;

/// <summary>A transient service (systemd.service(5)) without a process, which is there for what it runs when it is stopped; it is collected then.</summary>
/// <param name="Name">E.g. `rkt-…-network.service`.</param>
/// <param name="Description">World-readable.</param>
/// <param name="Scope">It is stopped when this unit has stopped, after it.</param>
/// <param name="StopCommand">Program and arguments.</param>
internal sealed record ServiceRequest(string Name, string Description, string Scope, IReadOnlyList<string> StopCommand)
{
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(180);
}
