using System.Text.Json.Serialization;
using PodManager.Pods;

namespace PodManager.Store;

/// <summary>pod.json, generated at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(PodIdConverter), typeof(AppNameConverter), typeof(PodNameConverter), typeof(RestartPolicyConverter), typeof(HealthActionConverter), typeof(StreamModeConverter),
        typeof(NetworkModeConverter), typeof(RunModeConverter), typeof(InsecureOptionsConverter)])]
[JsonSerializable(typeof(PodRecord))]
[JsonSerializable(typeof(IReadOnlyList<PodNetwork>))]
internal sealed partial class PodJson : JsonSerializerContext;
