using System.Text.Json;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Output;

/// <summary>A network, as `network inspect` gives it. The shape is a promise.</summary>
internal sealed record NetworkInspectView(ConfiguredNetworkView Network, JsonElement? Configuration, IReadOnlyList<NetworkPodView> Pods)
{
    public static NetworkInspectView Of(NetworkSummary network, IReadOnlyList<Pod> pods) => new(
        ConfiguredNetworkView.Of(network),
        network.Configuration is null ? null : JsonDocument.Parse(network.Configuration).RootElement,
        [.. from pod in pods where pod.HasProcesses from joined in pod.Networks where joined.Name == network.Name select new NetworkPodView(pod.Id.ToString(), joined.Interface, joined.Ips)]);
}
