namespace PodManager.Images.Oci;

/// <summary>A manifest or an index, OCI's or Docker's: which of them, its media type and its members say.</summary>
internal sealed record OciManifest
{
    public int SchemaVersion { get; init; }

    public string? MediaType { get; init; }

    public string? ArtifactType { get; init; }

    public OciDescriptor? Config { get; init; }

    public IReadOnlyList<OciDescriptor>? Layers { get; init => field = JsonLists.WithoutNulls(value); }

    /// <summary>An index's.</summary>
    public IReadOnlyList<OciDescriptor>? Manifests { get; init => field = JsonLists.WithoutNulls(value); }
}
