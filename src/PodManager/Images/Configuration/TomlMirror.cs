namespace PodManager.Images.Configuration;

/// <summary>A `[[registry.mirror]]` in registries.conf.</summary>
internal sealed class TomlMirror
{
    public string? Location { get; set; }

    public bool Insecure { get; set; }

    public string? PullFromMirror { get; set; }
}
