namespace PodManager.Pods;

/// <summary>What an archive of images holds.</summary>
internal enum ArchiveFormat
{
    /// <summary>A directory in OCI's image layout (OCI image-spec, image-layout.md).</summary>
    Oci,

    /// <summary>What `docker save` writes: manifest.json, configurations and layers.</summary>
    Docker,
}
