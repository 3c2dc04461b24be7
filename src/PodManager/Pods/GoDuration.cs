using System.Globalization;
using System.Text;

namespace PodManager.Pods;

/// <summary>Durations as Go writes them: `30m`, `1h30m`, `1.5s`, `100ms`, `0`.</summary>
internal static class GoDuration
{
    private static readonly (string Unit, double Microseconds)[] Units =
    [
        ("ns", 0.001),
        ("us", 1),
        ("µs", 1),
        ("ms", 1000),
        ("s", 1e6),
        ("m", 60e6),
        ("h", 3600e6),
    ];

    // What time arithmetic and the manager's microseconds can hold, by a wide margin.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365 * 200);

    /// <summary>Reads a duration that is not negative.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (text == "0")
        {
            return true;
        }

        double microseconds = 0;
        string rest = text;
        while (rest.Length > 0)
        {
            int numberEnd = rest.TakeWhile(static c => char.IsAsciiDigit(c) || c == '.').Count();
            string afterNumber = rest[numberEnd..];
            int unitEnd = afterNumber.TakeWhile(static c => char.IsLetter(c)).Count();
            double factor = Units.FirstOrDefault(entry => entry.Unit == afterNumber[..unitEnd]).Microseconds;
            if (factor == 0 || !double.TryParse(rest[..numberEnd], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            {
                return false;
            }

            microseconds += number * factor;
            rest = afterNumber[unitEnd..];
        }

        if (text.Length == 0 || microseconds > Longest.TotalMicroseconds)
        {
            return false;
        }

        duration = TimeSpan.FromMicroseconds(microseconds);
        return true;
    }

    /// <summary>E.g. `30m0s`, `1h0m0s`, `1.5s`, `100ms`.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration < TimeSpan.FromSeconds(1))
        {
            return duration == TimeSpan.Zero ? "0s" : string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.###}ms");
        }

        StringBuilder text = new();
        if (duration >= TimeSpan.FromHours(1))
        {
            _ = text.Append(CultureInfo.InvariantCulture, $"{(long)duration.TotalHours}h");
        }

        if (duration >= TimeSpan.FromMinutes(1))
        {
            _ = text.Append(CultureInfo.InvariantCulture, $"{duration.Minutes}m");
        }

        double seconds = (duration - TimeSpan.FromMinutes(Math.Floor(duration.TotalMinutes))).TotalSeconds;
        return text.Append(CultureInfo.InvariantCulture, $"{seconds:0.#########}s").ToString();
    }
}
