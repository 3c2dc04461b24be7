using System.Net;
using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>How a pod is to be started: what `run` and `run-prepared` have in common.</summary>
internal sealed record StartOptions
{
    public required RunMode Mode { get; init; }

    /// <summary>Null for the generated name.</summary>
    public string? HostName { get; init; }

    public NetworkMode Network { get; init; }

    /// <summary>With <see cref="NetworkMode.Named"/>, which.</summary>
    public IReadOnlyList<NetworkRequest> Networks { get; init; } = [];

    /// <summary>`--ipc=parent`: the host's IPC namespace.</summary>
    public bool HostIpc { get; init; }

    public DnsOptions Dns { get; init; } = new();

    /// <summary>`--hosts-entry`: address and name.</summary>
    public IReadOnlyList<(IPAddress Address, string Name)> HostsEntries { get; init; } = [];

    /// <summary>`--hosts-entry=host`: the host's own file.</summary>
    public bool UseHostsFileOfHost { get; init; }

    /// <summary>`--rm`: the pod is removed once it has ended.</summary>
    public bool Remove { get; init; }

    /// <summary>Of these, what is about a running pod counts.</summary>
    public InsecureOptions InsecureOptions { get; init; }
}
