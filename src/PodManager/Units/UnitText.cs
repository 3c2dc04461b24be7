using System.Globalization;
using System.Text;

namespace PodManager.Units;

/// <summary>Writes values so that systemd reads back exactly what was meant (systemd.syntax(7), systemd.service(5) "Command lines").</summary>
internal static class UnitText
{
    /// <summary>A word in double quotes: C escapes for quotes, backslashes and control characters, and no specifier expanded.</summary>
    public static string Quote(string word)
    {
        StringBuilder text = new("\"");
        foreach (char c in word)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append(@"\\"),
                '%' => text.Append("%%"),
                '\n' => text.Append("\\n"),
                < ' ' or '\x7f' => text.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => text.Append(c),
            };
        }

        return text.Append('"').ToString();
    }

    /// <summary>A command line without environment substitution (the prefix `:`), its first word given apart from the program (the prefix `@`).</summary>
    public static string CommandLine(string program, IReadOnlyList<string> arguments) =>
        $"@:{Quote(program)} {string.Join(' ', arguments.Select(Quote))}";

    /// <summary>A plain value of one line, such as a description or a path: no control character, no specifier, no continued line, no surrounding space.</summary>
    /// <exception cref="PodctlException">It cannot be written so that systemd reads it back.</exception>
    public static string Line(string value) => IsLine(value)
        ? value.Replace("%", "%%", StringComparison.Ordinal)
        : throw new PodctlException(ExitCode.Usage, $"'{value}' cannot stand in a unit file", "control characters, a backslash at the end and spaces at either end are refused");

    /// <summary>Whether a value survives a unit file as it is.</summary>
    public static bool IsLine(string value) => value == value.Trim() && !value.EndsWith('\\') && !value.Any(char.IsControl);
}
