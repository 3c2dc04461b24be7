using System.Text.Json;
using System.Text.Json.Serialization;

namespace PodManager.Trust;

/// <summary>The file of containers-policy.json(5), as it stands in the JSON.</summary>
internal sealed record PolicyFile
{
    [JsonPropertyName("default")]
    public IReadOnlyList<PolicyEntry>? Default { get; init; }

    /// <summary>By transport, then by scope.</summary>
    public Dictionary<string, Dictionary<string, IReadOnlyList<PolicyEntry>>>? Transports { get; init; }
}

/// <summary>A requirement.</summary>
internal sealed record PolicyEntry
{
    public string? Type { get; init; }

    public string? KeyType { get; init; }

    public string? KeyPath { get; init; }

    public IReadOnlyList<string>? KeyPaths { get; init; }

    /// <summary>Base64 of the file's content.</summary>
    public byte[]? KeyData { get; init; }

    public IReadOnlyList<byte[]>? KeyDatas { get; init; }

    public PolicyIdentity? SignedIdentity { get; init; }

    public JsonElement? Fulcio { get; init; }

    public JsonElement? Pki { get; init; }

    public string? RekorPublicKeyPath { get; init; }

    public IReadOnlyList<string>? RekorPublicKeyPaths { get; init; }

    public string? RekorPublicKeyData { get; init; }

    public IReadOnlyList<string>? RekorPublicKeyDatas { get; init; }
}

/// <summary>What the name in a signature must be.</summary>
internal sealed record PolicyIdentity
{
    public string? Type { get; init; }

    public string? DockerReference { get; init; }

    public string? DockerRepository { get; init; }

    public string? Prefix { get; init; }

    public string? SignedPrefix { get; init; }
}
