using PodManager.Output;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>The kinds of flags there are.</summary>
internal static class Flags
{
    public const string True = "true";

    /// <summary>On or off; a value needs `=`.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="description">For the help text.</param>
    /// <param name="letters">Short names, each a dash and a letter; they may be written together, as in `-it`.</param>
    public static Flag<bool> Switch(string name, string description, params ReadOnlySpan<string> letters)
    {
        Flag<bool> flag = new(name, "", description, Reader<bool>(ReadBool), static values => values.Count > 0 && values[^1]) { BareValue = True };
        foreach (string letter in letters)
        {
            flag.Aliases.Add(letter);
        }

        return flag;
    }

    public static Flag<string?> Text(string name, string value, string description, bool isUnique = false) =>
        new(name, value, description, static (text, _) => text, static values => values.Count > 0 ? values[^1] : null) { IsUnique = isUnique };

    /// <summary>One value, the last if there are several.</summary>
    public static Flag<T> One<T>(string name, string value, string description, ValueReader<T> read, T absent, string? bareValue = null, bool isUnique = false) =>
        new(name, value, description, Reader(read), values => values.Count > 0 ? values[^1] : absent) { BareValue = bareValue, IsUnique = isUnique };

    /// <summary>May be repeated, and each value may be a list.</summary>
    public static Flag<IReadOnlyList<T>> Many<T>(
        string name, string value, string description, ValueReader<IReadOnlyList<T>> read, string? bareValue = null) =>
        new(name, value, description, Reader(read), static lists => [.. lists.SelectMany(static list => list)]) { BareValue = bareValue };

    /// <summary>`--format`.</summary>
    public static Flag<OutputFormat> Format() => One("--format", "FORMAT", "json or json-pretty instead of text", ReadFormat, OutputFormat.Text);

    public static string? ReadDuration(string text, out TimeSpan value) =>
        GoDuration.TryParse(text, out value) ? null : $"'{text}' is no duration such as 30m, 1h30m or 0";

    /// <summary>The words that Go takes for booleans, and yes and no.</summary>
    public static string? ReadBool(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or True or "TRUE" or "True" or "yes";
        return value || text is "0" or "f" or "F" or "false" or "FALSE" or "False" or "no" ? null : $"'{text}' is neither true nor false";
    }

    private static string? ReadFormat(string text, out OutputFormat value)
    {
        value = text switch { "json" => OutputFormat.Json, "json-pretty" => OutputFormat.JsonPretty, _ => OutputFormat.Text };
        return value == OutputFormat.Text ? $"'{text}' is no format: use json or json-pretty" : null;
    }

    private static Func<string, Action<string>, T?> Reader<T>(ValueReader<T> read) => (text, addFault) =>
    {
        if (read(text, out T value) is { } fault)
        {
            addFault(fault);
        }

        return value;
    };
}
