namespace PodManager.Images.Credentials;

/// <summary>The names under which a registry's login may be kept.</summary>
internal static class CredentialKey
{
    /// <summary>What Docker calls its public registry in files and towards helpers.</summary>
    public const string DockerHubAddress = "https://index.docker.io/v1/";

    private const string DockerHub = "docker.io";

    /// <summary>The names to look for, the most specific first: `HOST/A/B`, `HOST/A`, `HOST` (containers-auth.json(5)).</summary>
    public static IEnumerable<string> Candidates(string host, string repository)
    {
        for (string path = repository; path.Length > 0; path = path[..Math.Max(0, path.LastIndexOf('/'))])
        {
            yield return $"{host}/{path}";
        }

        yield return host;
    }

    /// <summary>A key of a file as `HOST` or `HOST/NAMESPACE`: older programs wrote addresses, and Docker's registry has several names.</summary>
    public static string Normalize(string key)
    {
        string name = key;
        int scheme = key.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            // An address is for the whole host, whatever its path.
            name = key[(scheme + 3)..];
            int slash = name.IndexOf('/', StringComparison.Ordinal);
            name = slash < 0 ? name : name[..slash];
        }

        name = name.TrimEnd('/');
        int path = name.IndexOf('/', StringComparison.Ordinal);
        string host = (path < 0 ? name : name[..path]).ToLowerInvariant();
        host = host is "index.docker.io" or "registry-1.docker.io" ? DockerHub : host;
        string rest = path < 0 ? "" : name[path..];
        return rest is "/v1" or "/v2" ? host : host + rest;
    }

    /// <summary>What a helper knows the host by.</summary>
    public static string ForHelper(string host) => host == DockerHub ? DockerHubAddress : host;
}
