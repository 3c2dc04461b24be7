namespace PodManager.Images.Credentials;

/// <summary>A file in auth.d, as rkt has them.</summary>
internal sealed class DockerAuthFile
{
    public string? RktKind { get; init; }

    public string? RktVersion { get; init; }

    public IReadOnlyList<string>? Registries { get; init => field = JsonLists.WithoutNulls(value); }

    public DockerAuthLogin? Credentials { get; init; }
}
