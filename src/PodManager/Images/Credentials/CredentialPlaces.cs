namespace PodManager.Images.Credentials;

/// <summary>Where logins are looked for, and where `podctl login` keeps them.</summary>
internal static class CredentialPlaces
{
    /// <summary>The file that the user named, which is then the only place; null if none was.</summary>
    public static string? Named(HostEnvironment host, string? authFile) => authFile ?? host.Variable("REGISTRY_AUTH_FILE");

    /// <summary>The files in the format of auth.json, the first to count first.</summary>
    public static IReadOnlyList<string> Usual(HostEnvironment host)
    {
        List<string> places = [];
        if (host.Variable("XDG_RUNTIME_DIR") is { } runtime)
        {
            places.Add(Path.Combine(runtime, "containers/auth.json"));
        }

        // Also where a session says otherwise: a service of root's has no session and must find what root logged in to.
        places.Add(host.Path($"/run/containers/{host.UserId}/auth.json"));
        if (host.ConfigHome is { } config)
        {
            places.Add(Path.Combine(config, "containers/auth.json"));
        }

        if ((host.Variable("DOCKER_CONFIG") ?? (host.Home is { } home ? Path.Combine(home, ".docker") : null)) is { } docker)
        {
            places.Add(Path.Combine(docker, "config.json"));
        }

        return [.. places.Distinct()];
    }

    /// <summary>Where a login is written to.</summary>
    public static string Target(HostEnvironment host, string? authFile) => Named(host, authFile) ?? Usual(host)[0];

    /// <summary>The directories with rkt's files, the first to count first.</summary>
    public static IReadOnlyList<string> Directories(HostEnvironment host) => [Path.Combine(host.LocalConfig, "auth.d"), Path.Combine(host.SystemConfig, "auth.d")];
}
