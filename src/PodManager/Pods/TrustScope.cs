namespace PodManager.Pods;

/// <summary>For which images a key is trusted: for all, or for those whose names begin with a prefix, up to a `/`.</summary>
internal sealed record TrustScope
{
    private const string DockerArchiveScheme = "docker-archive:";

    private static readonly string[] FileSchemes = ["oci:", "oci-archive:"];

    private TrustScope(string? prefix) => Prefix = prefix;

    /// <summary>Every image.</summary>
    public static TrustScope Root { get; } = new((string?)null);

    /// <summary>E.g. `registry.example/team`, `oci:/srv/images` or `oci-archive:/srv/images`; null for every image.</summary>
    public string? Prefix { get; }

    /// <summary>The prefix as a directory's name.</summary>
    public string? FileName => Prefix?.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);

    /// <summary>Reads `HOST[:PORT][/PATH]`, `oci:PATH` or `oci-archive:PATH`, and makes one spelling of it.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public static string? TryParse(string text, out TrustScope? scope)
    {
        scope = null;
        string trimmed = text.Length > 1 ? text.TrimEnd('/') : text;
        if (FileSchemes.FirstOrDefault(scheme => text.StartsWith(scheme, StringComparison.Ordinal)) is { } scheme)
        {
            string path = text[scheme.Length..];
            if (path.Length == 0 || path.Any(char.IsControl))
            {
                return $"'{text}' is no prefix: use {scheme}PATH";
            }

            scope = new TrustScope(scheme + Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
            return null;
        }

        if (text.StartsWith(DockerArchiveScheme, StringComparison.Ordinal))
        {
            return $"'{text}' is no prefix of signed images: archives of `docker save` hold no signatures";
        }

        // Two more parts make an image's name of it that is not completed to `library/…`.
        const string rest = "/x/x";
        string? problem = ImageRef.TryParse($"docker://{trimmed}{rest}", out ImageRef? image, out _);
        if (problem is not null || image is not RegistryRef { TrustName: var name } || !name.EndsWith(rest, StringComparison.Ordinal))
        {
            return $"'{text}' is no prefix of images' names: {problem ?? "it is not complete"}";
        }

        string prefix = name[..^rest.Length];
        if (!IsHostOf(prefix, trimmed))
        {
            return $"'{text}' is no prefix of images' names: it does not begin with a registry's host, as 'docker.io/{text}' does";
        }

        scope = new TrustScope(prefix);
        return null;
    }

    /// <summary>The scope of a directory with that name.</summary>
    /// <returns>Null if no scope has it.</returns>
    public static TrustScope? FromFileName(string name)
    {
        string text = name.Replace("%2F", "/", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);
        return TryParse(text, out TrustScope? scope) is null && scope!.FileName == name ? scope : null;
    }

    /// <summary>Whether an image's name is in it.</summary>
    public bool Contains(ImageRef image)
    {
        if (Prefix is null)
        {
            return true;
        }

        string name = image.TrustName;
        return name == Prefix || name.StartsWith(Prefix.EndsWith('/') ? Prefix : Prefix + "/", StringComparison.Ordinal);
    }

    public override string ToString() => Prefix is null ? "root" : $"prefix {Prefix}";

    // A short name is completed with the default registry's host, which a prefix has to spell out.
    private static bool IsHostOf(string prefix, string text)
    {
        string first = text.Split('/')[0].ToLowerInvariant();
        return prefix.Split('/')[0] == first || first is "index.docker.io" or "registry-1.docker.io";
    }
}
