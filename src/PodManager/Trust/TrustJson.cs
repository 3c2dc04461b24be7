using System.Text.Json.Serialization;

namespace PodManager.Trust;

/// <summary>How signatures are read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(SimpleSigningPayload))]
[JsonSerializable(typeof(SigstoreBundle))]
[JsonSerializable(typeof(InTotoStatement))]
internal sealed partial class TrustJson : JsonSerializerContext;
