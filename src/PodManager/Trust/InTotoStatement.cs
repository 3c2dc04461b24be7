using System.Text.Json;
using System.Text.Json.Serialization;

namespace PodManager.Trust;

/// <summary>A statement about things by their digests (in-toto attestation framework, Statement v1 and v0.1), of which cosign makes signatures of images.</summary>
internal sealed record InTotoStatement
{
    /// <summary>Statements of other kinds say what an image holds or how it was built, which is no consent to run it.</summary>
    private const string SignaturePredicate = "https://sigstore.dev/cosign/sign/v1";

    [JsonPropertyName("_type")]
    public string? Type { get; init; }

    public string? PredicateType { get; init; }

    public IReadOnlyList<SubjectPart?>? Subject { get; init; }

    /// <returns>The claims, one per subject; none, with a reason, if it is no signature of images.</returns>
    public static IReadOnlyList<SignedClaim> Read(ReadOnlySpan<byte> payload, out string problem)
    {
        problem = "what it signs is no statement about an image";
        try
        {
            InTotoStatement? statement = JsonSerializer.Deserialize(payload, TrustJson.Default.InTotoStatement);
            if (statement is not { Type: "https://in-toto.io/Statement/v1" or "https://in-toto.io/Statement/v0.1", Subject: { } subjects })
            {
                return [];
            }

            if (statement.PredicateType != SignaturePredicate)
            {
                problem = $"it is an attestation ('{statement.PredicateType}'), no signature";
                return [];
            }

            return [.. subjects.SelectMany(static subject => (subject?.Digest ?? []).Select(digest => new SignedClaim($"{digest.Key}:{digest.Value}", subject!.Name)))];
        }
        catch (JsonException)
        {
            problem = "what it signs cannot be understood";
            return [];
        }
    }

    /// <summary>A thing.</summary>
    internal sealed record SubjectPart
    {
        public string? Name { get; init; }

        public Dictionary<string, string>? Digest { get; init; }
    }
}
