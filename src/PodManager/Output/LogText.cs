using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using PodManager.Lifecycle;

namespace PodManager.Output;

/// <summary>Journal entries of a pod as `podctl logs` gives them.</summary>
internal static class LogText
{
    private const string Message = "MESSAGE";
    private const string Unit = "_SYSTEMD_UNIT";

    /// <summary>What the app wrote, byte by byte, for programs.</summary>
    public static byte[] Raw(JournalEntry entry, bool hasApp) =>
        [.. Encoding.UTF8.GetBytes(Prefix(entry, hasApp)), .. MessageOf(entry).Span, .. End(entry)];

    /// <summary>What the app wrote, made safe for a terminal.</summary>
    public static byte[] Safe(JournalEntry entry, bool hasApp) =>
        Encoding.UTF8.GetBytes($"{Prefix(entry, hasApp)}{SafeText.Lines(Encoding.UTF8.GetString(MessageOf(entry).Span))}{(End(entry).Length > 0 ? "\n" : "")}");

    /// <summary>All fields, one line, in the form of `journalctl --output=json`.</summary>
    public static byte[] Json(JournalEntry entry)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, JsonText.Options(isPretty: false)))
        {
            writer.WriteStartObject();
            writer.WriteString("__CURSOR", entry.Cursor);
            writer.WriteString("__REALTIME_TIMESTAMP", (entry.Time - DateTimeOffset.UnixEpoch).TotalMicroseconds.ToString("0", CultureInfo.InvariantCulture));
            foreach (IGrouping<string, JournalField> field in entry.Fields.GroupBy(static field => field.Name))
            {
                writer.WritePropertyName(field.Key);
                WriteValues(writer, [.. field]);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetBytes(JsonText.Safe(buffer.WrittenSpan) + '\n');
    }

    private static void WriteValues(Utf8JsonWriter writer, JournalField[] fields)
    {
        if (fields.Length > 1)
        {
            writer.WriteStartArray();
        }

        foreach (JournalField field in fields)
        {
            WriteValue(writer, field.Value.Span);
        }

        if (fields.Length > 1)
        {
            writer.WriteEndArray();
        }
    }

    // What is no text is an array of numbers, as systemd does it.
    private static void WriteValue(Utf8JsonWriter writer, ReadOnlySpan<byte> value)
    {
        if (Utf8.IsValid(value))
        {
            writer.WriteStringValue(value);
            return;
        }

        writer.WriteStartArray();
        foreach (byte b in value)
        {
            writer.WriteNumberValue(b);
        }

        writer.WriteEndArray();
    }

    private static ReadOnlyMemory<byte> MessageOf(JournalEntry entry) => entry.Fields.FirstOrDefault(static field => field.Name == Message)?.Value ?? default;

    // journald cuts what an app writes to a stream after 48 KiB without a line end, and says so (systemd.journal-fields(7)).
    private static byte[] End(JournalEntry entry) => entry.Text("_LINE_BREAK") == "line-max" ? [] : [(byte)'\n'];

    private static string Prefix(JournalEntry entry, bool hasApp)
    {
        if (!hasApp)
        {
            return "";
        }

        // An app is a service of its name, and APP.mux.service and APP-output.service log for it; of the rest, such as systemd in init.scope, the name it logs under says more.
        const string service = ".service";
        const string output = "-output.service";
        string? unit = entry.Text(Unit);
        string name = unit is not null && unit.EndsWith(service, StringComparison.Ordinal)
            ? unit[..unit.IndexOf(unit.EndsWith(output, StringComparison.Ordinal) ? output : ".", StringComparison.Ordinal)]
            : entry.Text("SYSLOG_IDENTIFIER") ?? unit ?? "-";
        return $"{SafeText.Line(name)}: ";
    }
}
