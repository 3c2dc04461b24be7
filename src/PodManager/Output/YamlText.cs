using System.Text;
using System.Text.Json;

namespace PodManager.Output;

/// <summary>Writes JSON as YAML in block style. Text is without quotes only if no reader of YAML could take it for anything else; quotes and escapes are JSON's, which YAML shares.</summary>
internal static class YamlText
{
    // Beyond, and with line ends, a key needs a mark of its own (YAML 1.2.2, 7.4.2).
    private const int LongestSimpleKey = 1000;
    private const string Step = "  ";

    // To some reader each of these is true, false or nothing.
    private static readonly string[] Reserved = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

    /// <param name="json">An object or an array.</param>
    public static string Of(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        StringBuilder text = new();
        Append(text, document.RootElement, "");
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonElement value, string indent)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            bool isFirst = text.Length > 0 && text[^1] == ' ';
            foreach (JsonProperty property in value.EnumerateObject())
            {
                string key = Scalar(property.Name);
                _ = text.Append(isFirst ? "" : indent).Append(key.Length <= LongestSimpleKey ? $"{key}:" : $"? {key}\n{indent}:");
                isFirst = false;
                AppendBehindKey(text, property.Value, indent);
            }
        }
        else
        {
            foreach (JsonElement item in value.EnumerateArray())
            {
                _ = text.Append(indent).Append("- ");
                AppendItem(text, item, indent + Step);
            }
        }
    }

    private static void AppendBehindKey(StringBuilder text, JsonElement value, string indent)
    {
        if (IsInline(value))
        {
            _ = text.Append(' ').Append(Inline(value)).Append('\n');
            return;
        }

        _ = text.Append('\n');
        Append(text, value, value.ValueKind == JsonValueKind.Object ? indent + Step : indent);
    }

    private static void AppendItem(StringBuilder text, JsonElement value, string indent)
    {
        if (IsInline(value))
        {
            _ = text.Append(Inline(value)).Append('\n');
        }
        else
        {
            Append(text, value, indent);
        }
    }

    private static bool IsInline(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        JsonValueKind.Array => value.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.Number),
        _ => true,
    };

    private static string Inline(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "{}",
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Inline))}]",
        JsonValueKind.String => Scalar(value.GetString()!),
        _ => value.GetRawText(),
    };

    private static string Scalar(string text) =>
        IsPlain(text) && !Reserved.Contains(text, StringComparer.OrdinalIgnoreCase) ? text : $"\"{JsonEncodedText.Encode(text, JsonText.Options(isPretty: false).Encoder)}\"";

    // A letter first, so that it is no number; a colon at the end would make it a key.
    private static bool IsPlain(string text) =>
        text.Length > 0 && (char.IsAsciiLetter(text[0]) || text[0] is '/' or '_') && text[^1] != ':'
        && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '/' or '@' or '+' or ':' or '=' or '-');
}
