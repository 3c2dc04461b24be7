using System.Globalization;

namespace PodManager.Commands;

/// <summary>Numbers with a suffix, as Kubernetes and rkt write them: `500m`, `64M`, `1.5Gi`, `2e3`.</summary>
internal static class Quantity
{
    private static readonly Dictionary<string, decimal> Suffixes = new(StringComparer.Ordinal)
    {
        ["n"] = 1e-9m,
        ["u"] = 1e-6m,
        ["m"] = 1e-3m,
        [""] = 1,
        ["k"] = 1e3m,
        ["K"] = 1e3m,
        ["M"] = 1e6m,
        ["G"] = 1e9m,
        ["T"] = 1e12m,
        ["P"] = 1e15m,
        ["E"] = 1e18m,
        ["Ki"] = 1L << 10,
        ["Mi"] = 1L << 20,
        ["Gi"] = 1L << 30,
        ["Ti"] = 1L << 40,
        ["Pi"] = 1L << 50,
        ["Ei"] = 1L << 60,
    };

    /// <summary>Reads a quantity in thousandths, rounded up.</summary>
    /// <returns>False if it is none, is negative, or is beyond 64 bits.</returns>
    public static bool TryParseMillis(string text, out long millis)
    {
        millis = 0;
        int end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.' || IsExponent(text, end)))
        {
            end++;
        }

        if (!decimal.TryParse(text[..end], NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out decimal number)
            || !Suffixes.TryGetValue(text[end..], out decimal factor)
            || number > long.MaxValue / (factor * 1000))
        {
            return false;
        }

        millis = (long)decimal.Ceiling(number * factor * 1000);
        return true;
    }

    // `2e3` is two thousand, and `2E` two exa.
    private static bool IsExponent(string text, int at) => at > 0 && at + 1 < text.Length && (text[at] is 'e' or 'E'
        ? char.IsAsciiDigit(text[at + 1]) || text[at + 1] is '+' or '-'
        : text[at] is '+' or '-' && text[at - 1] is 'e' or 'E');
}
