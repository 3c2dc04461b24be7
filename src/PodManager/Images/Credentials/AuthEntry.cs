using System.Text.Json.Serialization;

namespace PodManager.Images.Credentials;

/// <summary>One login in an auth.json or Docker's config.json (containers-auth.json(5)). No record: its members are secrets.</summary>
internal sealed class AuthEntry
{
    /// <summary>`USER:PASSWORD` in base64.</summary>
    public string? Auth { get; init; }

    public string? Username { get; init; }

    public string? Password { get; init; }

    [JsonPropertyName("identitytoken")]
    public string? IdentityToken { get; init; }

    [JsonPropertyName("registrytoken")]
    public string? RegistryToken { get; init; }

    /// <summary>It may be there as a mark only, with the login in a helper.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(Auth) && string.IsNullOrEmpty(IdentityToken) && string.IsNullOrEmpty(RegistryToken) && string.IsNullOrEmpty(Username);

    /// <returns>Null if it has no login, or <see cref="Auth"/> is damaged.</returns>
    public Credential? Read(string origin) =>
        !string.IsNullOrEmpty(IdentityToken) ? Credential.OfIdentityToken(IdentityToken, origin)
        : !string.IsNullOrEmpty(RegistryToken) ? Credential.OfRegistryToken(RegistryToken, origin)
        : !string.IsNullOrEmpty(Auth) ? Credential.OfBasic(Auth, origin)
        : !string.IsNullOrEmpty(Username) && Password is not null ? Credential.OfPassword(Username, Password, origin)
        : null;
}
