using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PodManager.Output;

/// <summary>Writes JSON, in one line or indented by tabs. Control characters are escaped, other text is left readable.</summary>
internal static class JsonText
{
    public static string Write<T>(T value, JsonTypeInfo<T> type, bool isPretty)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Options(isPretty)))
        {
            JsonSerializer.Serialize(writer, value, type);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static JsonWriterOptions Options(bool isPretty) => new()
    {
        Indented = isPretty,
        IndentCharacter = '\t',
        IndentSize = 1,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
