namespace PodManager.Images.Registry;

/// <summary>One place where a repository may be had: the registry itself, or a mirror.</summary>
/// <param name="Host">The registry's name with its port, as users write it.</param>
/// <param name="Repository">The path there.</param>
/// <param name="IsInsecure">The host's settings allow plain HTTP and certificates that nobody vouches for.</param>
internal sealed record RegistryEndpoint(string Host, string Repository, bool IsInsecure = false)
{
    /// <summary>Where the API is: docker.io has a host of its own for it.</summary>
    public string ApiHost => ApiHostOf(Host);

    public static string ApiHostOf(string host) => host == "docker.io" ? "registry-1.docker.io" : host;
}
