namespace PodManager.Images.Configuration;

/// <summary>Checks what one registries.conf says.</summary>
internal static class RegistriesFile
{
    public static IEnumerable<RegistryEntry> Entries(TomlRegistries file, string path) => (file.Registry ?? []).Select(registry => Entry(registry, path));

    private static RegistryEntry Entry(TomlRegistry registry, string path)
    {
        string location = Place(registry.Location ?? "", path);
        string prefix = Place(string.IsNullOrEmpty(registry.Prefix) ? location : registry.Prefix, path);
        bool isWild = prefix.StartsWith("*.", StringComparison.Ordinal);
        if (prefix.Length == 0)
        {
            throw Refused(path, "a [[registry]] has neither a prefix nor a location");
        }

        if (location.Contains('*', StringComparison.Ordinal) || prefix.IndexOf('*', isWild ? 1 : 0) >= 0)
        {
            throw Refused(path, $"'{prefix}': a star can only stand for the first part of a prefix's host");
        }

        location = location.Length == 0 && !isWild ? prefix : location;
        return new RegistryEntry(
            prefix,
            new RegistryPlace(location, registry.Insecure),
            [.. (registry.Mirror ?? []).Select(mirror => Mirror(mirror, registry, prefix, path))],
            registry.Blocked,
            path);
    }

    private static RegistryPlace Mirror(TomlMirror mirror, TomlRegistry registry, string prefix, string path)
    {
        string location = Place(mirror.Location ?? "", path);
        if (location.Length == 0 || location.Contains('*', StringComparison.Ordinal))
        {
            throw Refused(path, $"a mirror of '{prefix}' has no location");
        }

        if (registry.MirrorByDigestOnly && !string.IsNullOrEmpty(mirror.PullFromMirror))
        {
            throw Refused(path, $"'{prefix}': mirror-by-digest-only and pull-from-mirror exclude each other");
        }

        MirrorUse use = mirror.PullFromMirror switch
        {
            null or "" => registry.MirrorByDigestOnly ? MirrorUse.DigestOnly : MirrorUse.All,
            "all" => MirrorUse.All,
            "digest-only" => MirrorUse.DigestOnly,
            "tag-only" => MirrorUse.TagOnly,
            var other => throw Refused(path, $"mirror '{location}': pull-from-mirror is all, digest-only or tag-only, not '{other}'"),
        };
        return new RegistryPlace(location, mirror.Insecure, use);
    }

    private static string Place(string text, string path)
    {
        if (text.Contains("://", StringComparison.Ordinal) || text.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            throw Refused(path, $"'{text}' is no HOST[:PORT][/PATH]");
        }

        string place = text.TrimEnd('/');
        int slash = place.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? place.ToLowerInvariant() : place[..slash].ToLowerInvariant() + place[slash..];
    }

    private static PodctlException Refused(string path, string why) => new(ExitCode.Usage, $"cannot read '{path}': {why}");
}
