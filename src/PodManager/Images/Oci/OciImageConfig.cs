using System.Text.Json;
using System.Text.Json.Serialization;
using PodManager.Pods;

namespace PodManager.Images.Oci;

/// <summary>What an image says about its app. Docker writes these names with capitals.</summary>
internal sealed record OciImageConfig
{
    [JsonPropertyName("User")]
    public string? User { get; init; }

    [JsonPropertyName("ExposedPorts")]
    public Dictionary<string, JsonElement>? ExposedPorts { get; init; }

    [JsonPropertyName("Env")]
    public IReadOnlyList<string>? Env { get; init => field = JsonLists.WithoutNulls(value); }

    [JsonPropertyName("Entrypoint")]
    public IReadOnlyList<string>? Entrypoint { get; init => field = JsonLists.WithoutNulls(value); }

    [JsonPropertyName("Cmd")]
    public IReadOnlyList<string>? Cmd { get; init => field = JsonLists.WithoutNulls(value); }

    [JsonPropertyName("Volumes")]
    public Dictionary<string, JsonElement>? Volumes { get; init; }

    [JsonPropertyName("WorkingDir")]
    public string? WorkingDir { get; init; }

    [JsonPropertyName("Labels")]
    public Dictionary<string, string>? Labels { get; init => field = JsonLists.WithoutNulls(value); }

    [JsonPropertyName("StopSignal")]
    public string? StopSignal { get; init; }

    /// <summary>Docker's; OCI has no word for it.</summary>
    [JsonPropertyName("Healthcheck")]
    public OciHealthcheck? Healthcheck { get; init; }

    public ImageConfig ToImageConfig() => new()
    {
        User = User ?? "",
        Entrypoint = Entrypoint ?? [],
        Command = Cmd ?? [],
        Environment = Env ?? [],
        WorkingDirectory = WorkingDir ?? "",
        StopSignal = StopSignal ?? "",
        Health = Healthcheck?.ToImageHealth(),
        Volumes = [.. (Volumes?.Keys ?? Enumerable.Empty<string>()).Order(StringComparer.Ordinal)],
        ExposedPorts = [.. (ExposedPorts?.Keys ?? Enumerable.Empty<string>()).Order(StringComparer.Ordinal)],
        Labels = Labels ?? [],
    };
}
