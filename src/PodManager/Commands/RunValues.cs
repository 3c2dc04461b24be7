using System.Net;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>A word of `--dns`: a server, or `host` or `none`.</summary>
internal sealed record DnsSource(string Word, IPAddress? Server)
{
    public bool IsHostFile => Word == "host";
}

/// <summary>A word of `--hosts-entry`: an address and a name, or `host`.</summary>
internal sealed record HostsEntry(IPAddress? Address, string? Name)
{
    public bool IsHostFile => Address is null;
}

/// <summary>Reads the values of `run`'s flags.</summary>
internal static class RunValues
{
    private const int MaxHostName = 64; // HOST_NAME_MAX, gethostname(2)
    private const int MaxLabel = 63;

    public static string? ReadHostName(string text, out string? value)
    {
        value = text;
        return IsHostName(text) && text.Length <= MaxHostName
            ? null
            : $"'{text}' is no host name: up to {MaxHostName} letters, digits, dashes and dots";
    }

    public static string? ReadNetwork(string text, out NetworkMode value)
    {
        value = text == "host" ? NetworkMode.Host : NetworkMode.None;
        return text is "host" or "none" ? null : $"there are no networks yet, such as '{text}': use none or host";
    }

    public static string? ReadDns(string text, out IReadOnlyList<DnsSource> value)
    {
        List<DnsSource> sources = [];
        value = sources;
        foreach (string word in text.Split(','))
        {
            if (word is "host" or "none")
            {
                sources.Add(new DnsSource(word, null));
            }
            else if (TryReadAddress(word, out IPAddress? server))
            {
                sources.Add(new DnsSource(word, server));
            }
            else
            {
                return $"'{word}' is neither an IP address nor host nor none";
            }
        }

        return null;
    }

    public static string? ReadWords(string text, out IReadOnlyList<string> value)
    {
        value = text.Split(',');
        return value.Select(static word => ReadWord(word, out _)).FirstOrDefault(static fault => fault is not null);
    }

    /// <summary>A word for resolv.conf, which has neither quotes nor escapes.</summary>
    public static string? ReadWord(string text, out string? value)
    {
        value = text;
        return text.Length > 0 && text.All(static c => c is > ' ' and < '\x7f' and not ('#' or ';')) ? null : $"'{text}' is no single word";
    }

    public static string? ReadHostsEntries(string text, out IReadOnlyList<HostsEntry> value)
    {
        List<HostsEntry> entries = [];
        value = entries;
        foreach (string word in text.Split(','))
        {
            string[] parts = word.Split('=', 2);
            if (word == "host")
            {
                entries.Add(new HostsEntry(null, null));
            }
            else if (parts.Length == 2 && TryReadAddress(parts[0], out IPAddress? address) && IsHostName(parts[1]))
            {
                entries.Add(new HostsEntry(address, parts[1]));
            }
            else
            {
                return $"'{word}' is neither IP=NAME nor host";
            }
        }

        return null;
    }

    public static string? ReadPullPolicy(string text, out PullPolicy value)
    {
        value = text switch { "never" => PullPolicy.Never, "update" => PullPolicy.Update, _ => PullPolicy.New };
        return text is "never" or "new" or "update" ? null : $"'{text}' is no pull policy: use never, new or update";
    }

    public static string? ReadVariable(string text, out IReadOnlyList<string> value)
    {
        value = [text];
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals <= 0 ? $"'{text}' is not NAME=VALUE" : text.Contains('\0', StringComparison.Ordinal) ? "a variable cannot hold a zero byte" : null;
    }

    public static string? ReadAppName(string text, out AppName? value) =>
        AppName.TryParse(text, out value) ? null : $"'{text}' is no app name: up to 63 lower-case letters, digits and dashes, no dash at either end, and none of the pod's own units";

    public static string? ReadAbsolutePath(string text, out string? value)
    {
        bool isPath = text.StartsWith('/') && !text.Any(char.IsControl);

        // systemd takes no `..` in paths.
        value = isPath ? Path.GetFullPath(text) : text;
        return isPath ? null : text.StartsWith('/') ? $"'{text}' has control characters" : $"'{text}' is no absolute path";
    }

    private static bool IsHostName(string text) => text.Split('.').All(static label =>
        label.Length is > 0 and <= MaxLabel && label[0] != '-' && label[^1] != '-' && label.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-'));

    // IPAddress.Parse takes `1` and `0x7f.1` too, as inet_aton(3) does.
    private static bool TryReadAddress(string text, out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && (text.Contains(':', StringComparison.Ordinal) ? !text.Contains('[', StringComparison.Ordinal) : address.ToString() == text);
}
