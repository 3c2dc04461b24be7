namespace PodManager.Images.Configuration;

/// <summary>A `[[registry]]` in registries.conf.</summary>
internal sealed class TomlRegistry
{
    public string? Prefix { get; set; }

    public string? Location { get; set; }

    public bool Insecure { get; set; }

    public bool Blocked { get; set; }

    public bool MirrorByDigestOnly { get; set; }

    public List<TomlMirror>? Mirror { get; set; }
}
