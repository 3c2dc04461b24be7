using System.Globalization;
using System.Text.Json.Serialization;

namespace PodManager.Pods;

/// <summary>A limit of each process of an app (getrlimit(2)).</summary>
/// <param name="Name">As systemd.exec(5) has it after `Limit`: `NOFILE`, `CORE`…</param>
/// <param name="Soft">In the unit that getrlimit(2) has; null for none.</param>
/// <param name="Hard">Likewise.</param>
internal sealed record Ulimit(string Name, ulong? Soft, ulong? Hard)
{
    // By their numbers, of asm-generic/resource.h.
    private static readonly string[] Numbers =
        ["CPU", "FSIZE", "DATA", "STACK", "CORE", "RSS", "NPROC", "NOFILE", "MEMLOCK", "AS", "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO", "RTTIME"];

    /// <summary>All that there are.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Numbers.Order(StringComparer.Ordinal)];

    /// <summary>The number that setrlimit(2) knows it by.</summary>
    [JsonIgnore]
    public int Number => Array.IndexOf(Numbers, Name);

    /// <summary>As systemd takes it.</summary>
    [JsonIgnore]
    public string Value => Soft == Hard ? Word(Soft) : $"{Word(Soft)}:{Word(Hard)}";

    /// <summary>Reads `NAME=SOFT[:HARD]`, as docker and podman take it; `unlimited` or -1 is none.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public static string? Parse(string text, out Ulimit? limit)
    {
        limit = null;
        string[] parts = text.Split('=', 2);
        string name = parts[0].ToUpperInvariant();
        if (parts.Length != 2 || !Names.Contains(name))
        {
            return $"'{text}' is no limit such as nofile=1024:4096: there are {string.Join(", ", Names.Select(static known => known.ToLowerInvariant()))}";
        }

        string[] values = parts[1].Split(':');
        if (values.Length > 2 || !TryParse(values[0], out ulong? soft) || !TryParse(values[^1], out ulong? hard))
        {
            return $"'{parts[1]}' is no limit such as 1024, 1024:4096 or unlimited";
        }

        if (hard is not null && (soft is null || soft > hard))
        {
            return $"'{parts[1]}': the soft limit is above the hard one";
        }

        limit = new Ulimit(name, soft, hard);
        return null;
    }

    private static bool TryParse(string text, out ulong? value)
    {
        bool isNone = text is "unlimited" or "infinity" or "-1";
        bool isNumber = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number < ulong.MaxValue;
        value = isNone ? null : number;
        return isNone || isNumber;
    }

    private static string Word(ulong? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "infinity";
}
