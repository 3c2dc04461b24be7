namespace PodManager.Networks;

/// <summary>Where plugins are looked for.</summary>
internal sealed class PluginDirectories(string localConfig)
{
    /// <summary>The administrator's, then where distributions put them: Debian, upstream, Fedora.</summary>
    public IReadOnlyList<string> All { get; } = [$"{localConfig}/cni", "/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"];

    /// <returns>Null if it is in none of them.</returns>
    public string? Find(string type) => All.Select(directory => Path.Combine(directory, type)).FirstOrDefault(File.Exists);

    /// <summary>What to do about plugins that are missing.</summary>
    public string Hint(IEnumerable<string> missing) =>
        $"the package containernetworking-plugins has the usual ones; {string.Join(", ", missing)} {(missing.Count() == 1 ? "is" : "are")} in none of {string.Join(", ", All)}; `--net=none` and `--net=host` need no plugin";
}
