using System.Globalization;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>A value of `--volume`: the volume, and with the short form where it is seen.</summary>
internal sealed record VolumeOption(PodVolume Volume, string? Target);

/// <summary>Reads the values of `--volume` and `--mount`.</summary>
internal static class VolumeValues
{
    private const string HowTo = "NAME,kind=host,source=PATH or NAME,kind=empty or SOURCE:TARGET[:ro]";
    private const uint HighestMode = 0xFFF;
    private const uint DefaultMode = 0x1ED;
    private const uint HighestId = 65535; // of a pod's user namespace

    /// <summary>`NAME,kind=host|empty,KEY=VALUE…`, or as other tools have it `SOURCE:TARGET[:ro]`.</summary>
    public static string? ReadVolume(string text, out VolumeOption? value) =>
        text.StartsWith('/') ? ReadShort(text, out value) : ReadLong(text, out value);

    public static string? ReadMount(string text, out VolumeMount? value)
    {
        value = null;
        Dictionary<string, string> settings = new(StringComparer.Ordinal);
        foreach (string word in text.Split(','))
        {
            if (word.Split('=', 2) is not [var key, var setting] || key is not ("volume" or "target") || !settings.TryAdd(key, Uri.UnescapeDataString(setting)))
            {
                return $"'{word}' is neither volume=NAME nor target=PATH, once each";
            }
        }

        if (!settings.TryGetValue("volume", out string? volume) || !settings.TryGetValue("target", out string? target) || ReadTarget(target, out string path) is not null)
        {
            return $"'{text}' is not volume=NAME,target=PATH";
        }

        value = new VolumeMount(volume, path);
        return null;
    }

    public static string? ReadName(string text, out string value)
    {
        value = text;
        return AppName.TryParse(text, out _) ? null : $"'{text}' is no volume's name, which has lower-case letters, digits and dashes";
    }

    public static string? ReadSource(string text, out string? value)
    {
        bool isPath = text.StartsWith('/') && !text.Contains('\0', StringComparison.Ordinal);
        value = isPath ? Path.GetFullPath(text) : null;
        return isPath ? null : $"'{text}' is no absolute path";
    }

    /// <summary>A target as one path without `..`; a relative one counts from the root.</summary>
    public static string? ReadTarget(string text, out string value)
    {
        bool isText = text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal);
        value = isText ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(text.StartsWith('/') ? text : $"/{text}")) : "/";
        return value == "/" ? $"'{text}' is no path below the root" : null;
    }

    /// <summary>A user or group inside the pod.</summary>
    public static string? ReadId(string text, out uint value) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= HighestId ? null : $"'{text}' is no number from 0 to {HighestId}";

    public static string? ReadMode(string text, out uint value)
    {
        bool isMode = text.Length is > 0 and <= 5 && text.All(static c => c is >= '0' and <= '7') && Convert.ToUInt32(text, 8) <= HighestMode;
        value = isMode ? Convert.ToUInt32(text, 8) : DefaultMode;
        return isMode ? null : $"'{text}' is no octal number such as 0755";
    }

    private static string? ReadShort(string text, out VolumeOption? value)
    {
        value = null;
        string[] parts = text.Split(':');
        bool isReadOnly = parts.Length == 3 && parts[2] == "ro";
        if (parts.Length is < 2 or > 3 || parts.Length == 3 && parts[2] is not ("ro" or "rw") || !parts[1].StartsWith('/') || ReadTarget(parts[1], out string target) is not null)
        {
            return $"'{text}' is no volume: {HowTo}";
        }

        // The target makes a name of its own: the same source may be seen in two places.
        value = new VolumeOption(new PodVolume { Name = target, Source = Path.GetFullPath(parts[0]), IsReadOnly = isReadOnly }, target);
        return null;
    }

    private static string? ReadLong(string text, out VolumeOption? value)
    {
        value = null;
        string[] words = text.Split(',');
        if (ReadName(words[0], out _) is { } problem)
        {
            return $"{problem}: {HowTo}";
        }

        Dictionary<string, string> settings = new(StringComparer.Ordinal);
        foreach (string word in words[1..])
        {
            if (word.Split('=', 2) is not [var key, var setting] || !settings.TryAdd(key, Uri.UnescapeDataString(setting)))
            {
                return $"'{word}' is not KEY=VALUE, once";
            }
        }

        _ = settings.Remove("kind", out string? kind);
        PodVolume? volume = null;
        string? fault = kind switch
        {
            "host" => ReadHost(words[0], settings, out volume),
            "empty" => ReadEmpty(words[0], settings, out volume),
            _ => $"volume '{words[0]}' needs kind=host or kind=empty",
        };
        if (fault is null && settings.Count > 0)
        {
            fault = $"'{settings.First().Key}' is nothing that a volume of kind {kind} has";
        }

        value = volume is null ? null : new VolumeOption(volume, Target: null);
        return fault;
    }

    private static string? ReadHost(string name, Dictionary<string, string> settings, out PodVolume? volume)
    {
        volume = null;
        if (!settings.Remove("source", out string? text) || ReadSource(text, out string? source) is not null)
        {
            return $"volume '{name}' needs source=PATH, which is absolute";
        }

        List<string> faults = [];
        volume = new PodVolume
        {
            Name = name,
            Source = source,
            IsReadOnly = TakeSwitch(settings, "readOnly", absent: false, faults),
            IsRecursive = TakeSwitch(settings, "recursive", absent: true, faults),
            IsIdMapped = TakeSwitch(settings, "idmap", absent: true, faults),
        };
        return faults.FirstOrDefault();
    }

    private static string? ReadEmpty(string name, Dictionary<string, string> settings, out PodVolume? volume)
    {
        List<string> faults = [];
        volume = new PodVolume
        {
            Name = name,
            IsReadOnly = TakeSwitch(settings, "readOnly", absent: false, faults),
            Mode = TakeMode(settings, faults),
            Uid = TakeId(settings, "uid", faults),
            Gid = TakeId(settings, "gid", faults),
        };
        return faults.FirstOrDefault();
    }

    private static bool TakeSwitch(Dictionary<string, string> settings, string key, bool absent, List<string> faults)
    {
        bool value = absent;
        if (settings.Remove(key, out string? text) && Flags.ReadBool(text, out value) is { } fault)
        {
            faults.Add($"{key}: {fault}");
        }

        return value;
    }

    private static uint TakeId(Dictionary<string, string> settings, string key, List<string> faults)
    {
        uint id = 0;
        if (settings.Remove(key, out string? text) && ReadId(text, out id) is { } fault)
        {
            faults.Add($"{key}: {fault}");
        }

        return id;
    }

    private static uint TakeMode(Dictionary<string, string> settings, List<string> faults)
    {
        uint mode = DefaultMode;
        if (settings.Remove("mode", out string? text) && ReadMode(text, out mode) is { } fault)
        {
            faults.Add($"mode: {fault}");
        }

        return mode;
    }
}
