using System.Globalization;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>Reads the values of the flags that isolate an app.</summary>
internal static class IsolationValues
{
    private const long LeastMemory = 4096;
    private const int LeastShares = 2;
    private const int MostShares = 262144;
    private const int MostOomScore = 1000;
    private const int MostIoWeight = 10000;
    private const long MostCpus = 8192; // more than any kernel is built for
    private const long MostTasks = 4194304; // PID_MAX_LIMIT, proc_sys_kernel(5)
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
        bool isValid = Quantity.TryParseMillis(text, out long millis) && millis is > 0 and <= MostCpus * 1000;
        value = millis;
        return isValid ? null : $"'{text}' is no number of CPUs from 1m to {MostCpus}, such as 500m, 0.5 or 2";
    }

    public static string? ReadShares(string text, out long? value) => ReadNumber(text, LeastShares, MostShares, out value);

    public static string? ReadIoWeight(string text, out long? value) => ReadNumber(text, 1, MostIoWeight, out value);

    public static string? ReadOomScore(string text, out int? value)
    {
        string? fault = ReadNumber(text, -MostOomScore, MostOomScore, out long? number);
        value = (int?)number;
        return fault;
    }

    public static string? ReadUlimit(string text, out IReadOnlyList<Ulimit> value)
    {
        string? fault = Ulimit.Parse(text, out Ulimit? limit);
        value = limit is null ? [] : [limit];
        return fault;
    }

    public static string? ReadIoLimit(string text, out IReadOnlyList<IoLimit> value)
    {
        string[] words = text.Split(',');
        IoLimit limit = new(words[0], null, null, null, null);
        value = [];
        if (!words[0].StartsWith('/'))
        {
            return $"'{words[0]}' is no absolute path of a device, or of something on it";
        }

        if (words.Length == 1)
        {
            return $"'{text}' limits nothing: say read=SIZE, write=SIZE, read-iops=N or write-iops=N";
        }

        foreach (string word in words.Skip(1))
        {
            string[] pair = word.Split('=', 2);
            if (pair.Length != 2 || !TryReadRate(pair[1], out long? rate))
            {
                return $"'{word}' is no rate such as read=10M or write-iops=500";
            }

            if (pair[0] is not ("read" or "write" or "read-iops" or "write-iops"))
            {
                return $"'{pair[0]}' is neither read, write, read-iops nor write-iops";
            }

            limit = pair[0] switch
            {
                "read" => limit with { ReadBytes = rate },
                "write" => limit with { WriteBytes = rate },
                "read-iops" => limit with { ReadOperations = rate },
                _ => limit with { WriteOperations = rate },
            };
        }

        value = [limit];
        return null;
    }

    private static bool TryReadRate(string text, out long? rate)
    {
        bool isNumber = Quantity.TryParseMillis(text, out long millis) && millis >= 1000;
        rate = text == "none" ? null : millis / 1000;
        return text == "none" || isNumber;
    }

    public static string? ReadTasks(string text, out long? value)
    {
        bool isValid = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number is > 0 and <= MostTasks;
        value = number;
        return isValid ? null : $"'{text}' is no number from 1 to {MostTasks}";
    }

    private static string? ReadNumber(string text, int least, int most, out long? value)
    {
        bool isValid = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most;
        value = number;
        return isValid ? null : $"'{text}' is no number from {least} to {most}";
    }
}
