using System.Text.Json.Serialization;

namespace PodManager.Images.Registry;

/// <summary>What a registry's token service answers (distribution, token authentication). No record: its members are secrets.</summary>
internal sealed class TokenResponse
{
    public string? Token { get; init; }

    /// <summary>OAuth's name for the same.</summary>
    [JsonPropertyName("access_token")]
    public string? AccessToken { get; init; }
}
