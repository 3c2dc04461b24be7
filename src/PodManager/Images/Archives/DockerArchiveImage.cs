using System.Text.Json.Serialization;

namespace PodManager.Images.Archives;

/// <summary>An image in the file `manifest.json` of an archive that `docker save` wrote.</summary>
internal sealed record DockerArchiveImage
{
    /// <summary>The path of the configuration in the archive.</summary>
    [JsonPropertyName("Config")]
    public string? Config { get; init; }

    [JsonPropertyName("RepoTags")]
    public IReadOnlyList<string>? RepoTags { get; init => field = JsonLists.WithoutNulls(value); }

    /// <summary>The paths of the layers in the archive, lowest first.</summary>
    [JsonPropertyName("Layers")]
    public IReadOnlyList<string>? Layers { get; init => field = JsonLists.WithoutNulls(value); }
}
