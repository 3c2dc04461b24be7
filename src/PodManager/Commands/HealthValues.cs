using System.Globalization;
using System.Text.Json;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>Reads the values of what is said about a health check.</summary>
internal static class HealthValues
{
    public const string None = "none";

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    /// <summary>A JSON list of words is a command as it stands; all else is for the shell, `[ -e /x ]` too.</summary>
    /// <param name="text">The value.</param>
    /// <param name="value">Empty for `none`.</param>
    public static string? ReadCommand(string text, out IReadOnlyList<string>? value)
    {
        value = text == None ? [] : Words(text) ?? HealthDesigner.ShellCommand(text);
        return text.Length == 0 || value is ["", ..] || (value is [] && text != None) ? "it names no program" : value.Any(static word => word.Contains('\0', StringComparison.Ordinal)) ? "a command cannot hold a zero byte" : null;
    }

    public static string? ReadInterval(string text, out TimeSpan? value) => Read(text, Shortest, "1ms", out value);

    // As podman has it.
    public static string? ReadTimeout(string text, out TimeSpan? value) => Read(text, TimeSpan.FromSeconds(1), "1s", out value);

    public static string? ReadPeriod(string text, out TimeSpan? value) => Read(text, TimeSpan.Zero, "0", out value);

    public static string? ReadRetries(string text, out int? value)
    {
        value = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
        return value > 0 ? null : $"'{text}' is no number above 0";
    }

    public static string? ReadAction(string text, out HealthAction? value)
    {
        bool isAction = HealthActions.TryParse(text, out HealthAction action);
        value = action;
        return isAction ? null : $"'{text}' is no action: use none, restart, stop or kill";
    }

    private static string? Read(string text, TimeSpan least, string leastText, out TimeSpan? value)
    {
        string? fault = Flags.ReadDuration(text, out TimeSpan duration);
        value = duration;
        return fault ?? (duration < least ? $"'{text}' is less than {leastText}" : null);
    }

    private static IReadOnlyList<string>? Words(string text)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Array && json.RootElement.EnumerateArray().All(static word => word.ValueKind == JsonValueKind.String)
                ? [.. json.RootElement.EnumerateArray().Select(static word => word.GetString()!)] : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
