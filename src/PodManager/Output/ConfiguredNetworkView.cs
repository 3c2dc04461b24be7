using PodManager.Lifecycle;

namespace PodManager.Output;

/// <summary>A network that is configured, as `network list` gives it in JSON. The shape is a promise.</summary>
internal sealed record ConfiguredNetworkView(string? Name, string File, string? CniVersion, IReadOnlyList<string> Plugins, IReadOnlyList<string> MissingPlugins, string? Problem)
{
    public static ConfiguredNetworkView Of(NetworkSummary network) => new(network.Name, network.File, network.Version, network.Plugins, network.Missing, network.Problem);
}
