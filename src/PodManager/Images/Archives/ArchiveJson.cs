using System.Text.Json.Serialization;
using PodManager.Images.Oci;

namespace PodManager.Images.Archives;

/// <summary>How the JSON in archives is read and written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<DockerArchiveImage>))]
[JsonSerializable(typeof(OciManifest))]
[JsonSerializable(typeof(OciLayoutFile))]
internal sealed partial class ArchiveJson : JsonSerializerContext;
