using System.Globalization;
using System.Text;

namespace PodManager.Output;

/// <summary>Makes text from images and pods harmless for a terminal.</summary>
internal static class SafeText
{
    /// <summary>The text on one line, with control characters, escape sequences and what reorders or hides other characters spelled out.</summary>
    public static string Line(string text)
    {
        if (!text.Any(IsUnsafe))
        {
            return text;
        }

        StringBuilder safe = new();
        foreach (char c in text)
        {
            _ = (IsUnsafe(c), (int)c) switch
            {
                (false, _) => safe.Append(c),
                (_, '\n') => safe.Append(@"\n"),
                (_, '\t') => safe.Append(@"\t"),
                (_, <= 0xff) => safe.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
            };
        }

        return safe.ToString();
    }

    /// <summary>As <see cref="Line"/>, but line ends and tabs stay.</summary>
    public static string Lines(string text) => string.Join('\n', text.Split('\n').Select(static line => string.Join('\t', line.Split('\t').Select(Line))));

    // Cf: bidirectional overrides and the like. Zs is fine; U+2028 and U+2029 are line ends to some.
    private static bool IsUnsafe(char c) => char.GetUnicodeCategory(c) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
