using Tomlyn.Model;

namespace PodManager.Images.Configuration;

/// <summary>What podctl reads of a registries.conf (containers-registries.conf(5), version 2).</summary>
internal sealed class TomlRegistries
{
    public List<string>? UnqualifiedSearchRegistries { get; set; }

    public List<TomlRegistry>? Registry { get; set; }

    public Dictionary<string, string>? Aliases { get; set; }

    /// <summary>Version 1's tables, which are refused.</summary>
    public TomlTable? Registries { get; set; }
}
