using System.Text.Json.Serialization;
using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>How one network is joined.</summary>
/// <param name="Network">Its name.</param>
/// <param name="Interface">In the pod.</param>
/// <param name="Arguments">`KEY=VALUE` for its plugins.</param>
/// <param name="Configuration">The network's configuration list as it was then, JSON: what is undone is what was done.</param>
/// <param name="Ports">That this network is to map.</param>
internal sealed record NetworkAttachment(string Network, string Interface, IReadOnlyList<string> Arguments, string Configuration, IReadOnlyList<PortMapping> Ports)
{
    /// <summary>What its plugins say of name servers; null for nothing.</summary>
    [JsonIgnore]
    public DnsOptions? Dns { get; init; }
}
