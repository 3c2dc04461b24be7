using System.Globalization;
using PodManager.Lifecycle;

namespace PodManager.Commands;

/// <summary>Reads the values of the flags that isolate an app.</summary>
internal static class IsolationValues
{
    private const long LeastMemory = 4096;
    private const int LeastShares = 2;
    private const int MostShares = 262144;
    private const int MostOomScore = 1000;
    private const uint MostId = uint.MaxValue - 1; // the last means none, setresuid(2)

    public static string? ReadIds(string text, out IReadOnlyList<uint> value)
    {
        List<uint> ids = [];
        value = ids;
        foreach (string word in text.Split(','))
        {
            if (!uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) || id > MostId)
            {
                return $"'{word}' is no number of a group";
            }

            ids.Add(id);
        }

        return null;
    }

    public static string? ReadCapabilities(string text, out IReadOnlyList<string> value)
    {
        value = [.. text.Split(',').Select(static word => word.ToUpperInvariant()).Select(static word => word.StartsWith("CAP_", StringComparison.Ordinal) ? word : $"CAP_{word}").Distinct()];
        string? unknown = value.FirstOrDefault(static name => !Capabilities.All.Contains(name));
        return unknown is null ? null : $"'{unknown}' is no capability such as CAP_NET_ADMIN";
    }

    public static string? ReadMemory(string text, out long? value)
    {
        value = null;
        if (!Quantity.TryParseMillis(text, out long millis))
        {
            return $"'{text}' is no size such as 64M or 1Gi";
        }

        value = millis / 1000;
        return value >= LeastMemory ? null : $"a limit of {value} bytes is too low: try one such as 16M";
    }

    public static string? ReadCpu(string text, out long? value)
    {
        bool isValid = Quantity.TryParseMillis(text, out long millis) && millis > 0;
        value = millis;
        return isValid ? null : $"'{text}' is no number of CPUs such as 500m, 0.5 or 2";
    }

    public static string? ReadShares(string text, out int? value) => ReadNumber(text, LeastShares, MostShares, out value);

    public static string? ReadOomScore(string text, out int? value) => ReadNumber(text, -MostOomScore, MostOomScore, out value);

    public static string? ReadTasks(string text, out long? value)
    {
        bool isValid = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0;
        value = number;
        return isValid ? null : $"'{text}' is no number above 0";
    }

    private static string? ReadNumber(string text, int least, int most, out int? value)
    {
        bool isValid = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most;
        value = number;
        return isValid ? null : $"'{text}' is no number from {least} to {most}";
    }
}
