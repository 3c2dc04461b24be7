namespace PodManager.Images.Configuration;

/// <summary>What registries.conf says about the names that begin with a prefix.</summary>
/// <param name="Prefix">`HOST[:PORT][/PATH]`, or `*.DOMAIN[/PATH]`.</param>
/// <param name="Registry">Where the images really are.</param>
/// <param name="Mirrors">Where to ask before.</param>
/// <param name="IsBlocked">Nothing is fetched from there.</param>
/// <param name="File">Which file says so.</param>
internal sealed record RegistryEntry(string Prefix, RegistryPlace Registry, IReadOnlyList<RegistryPlace> Mirrors, bool IsBlocked, string File)
{
    /// <summary>How much of a name the prefix covers.</summary>
    /// <param name="name">`HOST[:PORT]/PATH`.</param>
    /// <returns>0 if it is about other names.</returns>
    public int MatchLength(string name)
    {
        int start = 0;
        string prefix = Prefix;
        if (prefix.StartsWith("*.", StringComparison.Ordinal))
        {
            // The star is for one or more parts of the host's name.
            prefix = prefix[1..];
            int hostEnd = name.IndexOf('/', StringComparison.Ordinal);
            string host = hostEnd < 0 ? name : name[..hostEnd];
            int prefixHostEnd = prefix.IndexOf('/', StringComparison.Ordinal);
            string domain = prefixHostEnd < 0 ? prefix : prefix[..prefixHostEnd];
            start = host.Length - domain.Length;
            if (start <= 0 || !host.EndsWith(domain, StringComparison.Ordinal))
            {
                return 0;
            }
        }

        bool isPrefix = string.CompareOrdinal(name, start, prefix, 0, prefix.Length) == 0;
        int end = start + prefix.Length;
        return isPrefix && (end == name.Length || name[end] is '/') ? end : 0;
    }
}
