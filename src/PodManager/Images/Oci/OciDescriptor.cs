namespace PodManager.Images.Oci;

/// <summary>A reference to a piece of an image (OCI image-spec, descriptor.md), as it stands in the JSON.</summary>
internal sealed record OciDescriptor
{
    public string? MediaType { get; init; }

    public string? Digest { get; init; }

    public long Size { get; init; } = -1;

    public string? ArtifactType { get; init; }

    public OciPlatform? Platform { get; init; }

    public Dictionary<string, string>? Annotations { get; init; }
}
