using System.Text.Json.Serialization;
using PodManager.Images.Registry;

namespace PodManager.Images.Oci;

/// <summary>How images' and registries' JSON is read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OciManifest))]
[JsonSerializable(typeof(OciImage))]
[JsonSerializable(typeof(OciLayoutFile))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(RegistryErrors))]
internal sealed partial class OciJson : JsonSerializerContext;
