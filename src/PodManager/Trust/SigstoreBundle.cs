using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PodManager.Trust;

/// <summary>
/// A Sigstore bundle, version 0.3 (protobuf-specs, sigstore_bundle.proto), as far as a signature by a plain key needs it. Entries of transparency logs,
/// timestamps and the hint which key it was are not looked at: keys are tried, not believed.
/// </summary>
internal sealed record SigstoreBundle
{
    private const string Version3 = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private const string StatementType = "application/vnd.in-toto+json";
    private const int SignatureLimit = 8;

    public string? MediaType { get; init; }

    public EnvelopePart? DsseEnvelope { get; init; }

    public MessagePart? MessageSignature { get; init; }

    /// <returns>Null, with a reason, if it is none that can be verified.</returns>
    public static SigstoreBundle? Read(ReadOnlySpan<byte> content, out string problem)
    {
        problem = "a bundle that is not valid JSON";
        try
        {
            SigstoreBundle? bundle = JsonSerializer.Deserialize(content, TrustJson.Default.SigstoreBundle);
            problem = bundle switch
            {
                not { MediaType: Version3 } => $"a bundle of the type '{bundle?.MediaType}', not of version 0.3",
                { DsseEnvelope: null } and { MessageSignature: null } or { DsseEnvelope: not null } and { MessageSignature: not null } => "a bundle without one signature",
                { DsseEnvelope: { PayloadType: not StatementType } envelope } => $"an envelope of the type '{envelope.PayloadType}'",
                { DsseEnvelope.Signatures.Count: > SignatureLimit } => $"an envelope with more than {SignatureLimit} signatures",
                _ => "",
            };
            return problem.Length == 0 ? bundle : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A signed text with its type (DSSE, envelope.md). What is base64 in JSON is bytes here.</summary>
    internal sealed record EnvelopePart
    {
        public byte[]? Payload { get; init; }

        public string? PayloadType { get; init; }

        public IReadOnlyList<EnvelopeSignature?>? Signatures { get; init; }

        /// <summary>The bytes that are signed (DSSE, protocol.md: PAE).</summary>
        public byte[] SignedBytes()
        {
            byte[] payload = Payload ?? [];
            string head = string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {Encoding.UTF8.GetByteCount(PayloadType!)} {PayloadType} {payload.Length} ");
            return [.. Encoding.UTF8.GetBytes(head), .. payload];
        }
    }

    /// <summary>One of an envelope's signatures.</summary>
    internal sealed record EnvelopeSignature
    {
        public byte[]? Sig { get; init; }
    }

    /// <summary>A signature of bytes that are elsewhere: here the manifest itself.</summary>
    internal sealed record MessagePart
    {
        public byte[]? Signature { get; init; }
    }
}
