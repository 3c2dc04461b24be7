namespace PodManager.Images.Oci;

/// <summary>What the pieces of an image are called (OCI image-spec, media-types.md; Docker's image manifest version 2, schema 2).</summary>
internal static class MediaTypes
{
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";
    public const string DockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";

    /// <summary>What podctl asks a registry for.</summary>
    public static readonly string[] Manifests = [OciIndex, OciManifest, DockerIndex, DockerManifest];

    public static bool IsIndex(string type) => type is OciIndex or DockerIndex;

    public static bool IsManifest(string type) => type is OciManifest or DockerManifest;

    public static bool IsConfig(string type) => type is OciConfig or DockerConfig;

    /// <summary>A layer of an image's file system; how it is compressed, its first bytes say.</summary>
    public static bool IsLayer(string type) =>
        type.StartsWith("application/vnd.oci.image.layer.", StringComparison.Ordinal) && !type.EndsWith("+encrypted", StringComparison.Ordinal)
        || type.StartsWith("application/vnd.docker.image.rootfs.", StringComparison.Ordinal);
}
