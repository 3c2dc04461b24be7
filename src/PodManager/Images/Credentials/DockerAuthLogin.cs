namespace PodManager.Images.Credentials;

/// <summary>The login in a <see cref="DockerAuthFile"/>.</summary>
internal sealed class DockerAuthLogin
{
    public string? User { get; init; }

    public string? Password { get; init; }
}
