using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PodManager.Pods;

/// <summary>A signal by its number (signal(7)); the numbers of x86-64 and arm64, which are the same.</summary>
internal readonly record struct Signal(int Number)
{
    public const int Last = 64;

    private const int FirstRealTime = 34;
    private const string Prefix = "SIG";

    private static readonly string[] Names =
    [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
        "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    public static Signal Kill { get; } = new(9);

    /// <summary>Reads a name with SIG or without, such as `TERM` or `RTMIN+3`, or a number.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Signal? signal)
    {
        string name = text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? text[Prefix.Length..] : text;
        int number = Array.IndexOf(Names, name.ToUpperInvariant()) + 1;
        if (number == 0)
        {
            (string digits, int first) = name switch
            {
                "RTMIN" => ("0", FirstRealTime),
                "RTMAX" => ("0", Last),
                _ when name.StartsWith("RTMIN+", StringComparison.Ordinal) => (name[6..], FirstRealTime),
                _ when name.StartsWith("RTMAX-", StringComparison.Ordinal) => (name[6..], Last),
                _ => (text, 0),
            };
            number = !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int offset) || offset > Last ? 0
                : first == Last ? Last - offset
                : first + offset;
            if (number < (first == 0 ? 1 : FirstRealTime) || number > Last)
            {
                signal = null;
                return false;
            }
        }

        signal = new Signal(number);
        return true;
    }
}
