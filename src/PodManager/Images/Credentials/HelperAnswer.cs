using System.Text.Json.Serialization;

namespace PodManager.Images.Credentials;

/// <summary>What a credential helper gives, and takes to store.</summary>
internal sealed class HelperAnswer
{
    [JsonPropertyName("ServerURL")]
    public string? ServerUrl { get; init; }

    [JsonPropertyName("Username")]
    public string? Username { get; init; }

    [JsonPropertyName("Secret")]
    public string? Secret { get; init; }
}
