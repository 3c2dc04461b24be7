namespace PodManager.Images.Oci;

/// <summary>The file `oci-layout` that marks a directory as an image layout (OCI image-spec, image-layout.md).</summary>
internal sealed record OciLayoutFile
{
    public string? ImageLayoutVersion { get; init; }
}
