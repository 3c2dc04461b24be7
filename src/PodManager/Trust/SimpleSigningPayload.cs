using System.Text.Json;
using System.Text.Json.Serialization;

namespace PodManager.Trust;

/// <summary>The payload of a "simple signing" signature (containers-signature(5); cosign's SIGNATURE_SPEC.md).</summary>
internal sealed record SimpleSigningPayload
{
    private const string CosignType = "cosign container image signature";
    private const string AtomicType = "atomic container signature";

    public CriticalPart? Critical { get; init; }

    /// <returns>Null, with a reason, if it is not one.</returns>
    public static SignedClaim? Read(ReadOnlySpan<byte> payload, out string problem)
    {
        problem = "";
        try
        {
            CriticalPart? critical = JsonSerializer.Deserialize(payload, TrustJson.Default.SimpleSigningPayload)?.Critical;
            if (critical is not { Type: CosignType or AtomicType, Image.Digest: { } digest, Identity.Reference: { } name })
            {
                problem = "what it signs is no image's signature";
                return null;
            }

            return new SignedClaim(digest, name);
        }
        catch (JsonException)
        {
            problem = "what it signs cannot be understood";
            return null;
        }
    }

    /// <summary>What has to be understood, every part of it.</summary>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record CriticalPart
    {
        public string? Type { get; init; }

        public ImagePart? Image { get; init; }

        public IdentityPart? Identity { get; init; }
    }

    /// <summary>The content.</summary>
    internal sealed record ImagePart
    {
        [JsonPropertyName("docker-manifest-digest")]
        public string? Digest { get; init; }
    }

    /// <summary>The name.</summary>
    internal sealed record IdentityPart
    {
        [JsonPropertyName("docker-reference")]
        public string? Reference { get; init; }
    }
}
