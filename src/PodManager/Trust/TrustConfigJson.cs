using System.Text.Json.Serialization;

namespace PodManager.Trust;

/// <summary>How the administrator's files are read: a member that is not known could be one that forbids something.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(TrustConfig))]
[JsonSerializable(typeof(PolicyFile))]
internal sealed partial class TrustConfigJson : JsonSerializerContext;
