using System.Buffers;
using System.Globalization;
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

        return Safe(buffer.WrittenSpan);
    }

    /// <summary>JSON with what reorders or hides other characters escaped as well; it can only be in strings.</summary>
    public static string Safe(ReadOnlySpan<byte> json)
    {
        string text = Encoding.UTF8.GetString(json);
        if (Ascii.IsValid(json) || !text.Any(IsHidden))
        {
            return text;
        }

        StringBuilder safe = new(text.Length);
        foreach (char c in text)
        {
            _ = IsHidden(c) ? safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : safe.Append(c);
        }

        return safe.ToString();
    }

    private static bool IsHidden(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    public static JsonWriterOptions Options(bool isPretty) => new()
    {
        Indented = isPretty,
        IndentCharacter = '\t',
        IndentSize = 1,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
