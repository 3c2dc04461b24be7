using System.Text.Json.Serialization;

namespace PodManager.Images.Oci;

/// <summary>The digests of an image's uncompressed layers, lowest first.</summary>
internal sealed record OciRootFs
{
    public string? Type { get; init; }

    [JsonPropertyName("diff_ids")]
    public IReadOnlyList<string>? DiffIds { get; init => field = JsonLists.WithoutNulls(value); }
}
