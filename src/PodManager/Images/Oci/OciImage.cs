using System.Text.Json.Serialization;

namespace PodManager.Images.Oci;

/// <summary>An image's configuration (OCI image-spec, config.md).</summary>
internal sealed record OciImage
{
    public string? Architecture { get; init; }

    public string? Os { get; init; }

    public string? Variant { get; init; }

    public OciImageConfig? Config { get; init; }

    [JsonPropertyName("rootfs")]
    public OciRootFs? RootFs { get; init; }
}
