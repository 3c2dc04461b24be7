using System.Text.Json.Serialization;

namespace PodManager.Output;

/// <summary>A running pod on a network.</summary>
internal sealed record NetworkPodView([property: JsonPropertyName("pod")] string Uuid, string Interface, IReadOnlyList<string> Ips);
