using System.Text.Json.Serialization;

namespace PodManager.Store;

/// <summary>How the store's files are read and written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ImageRecord))]
[JsonSerializable(typeof(ImageNameRecord))]
[JsonSerializable(typeof(LayerRecord))]
internal sealed partial class ImageJson : JsonSerializerContext;
