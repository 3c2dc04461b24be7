using System.Net;
using System.Text;
using Common.Native;
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
    private const int VariablesFileLimit = 1 << 20;

    // systemd.exec(5), "Environment Variables Set or Propagated by the Service Manager".
    private static readonly string[] OfServiceManager =
    [
        "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PID", "INVOCATION_ID", "JOURNAL_STREAM", "MAINPID", "MANAGERPID", "SYSTEMD_EXEC_PID",
        "CREDENTIALS_DIRECTORY", "MEMORY_PRESSURE_WATCH", "MEMORY_PRESSURE_WRITE", "FDSTORE",
    ];

    public static string? ReadHostName(string text, out string? value)
    {
        value = text;
        return IsHostName(text) && text.Length <= MaxHostName
            ? null
            : $"'{text}' is no host name: up to {MaxHostName} letters, digits, dashes and dots";
    }

    /// <summary>Whether the host's IPC namespace is meant.</summary>
    public static string? ReadIpc(string text, out bool value)
    {
        value = text == "parent";
        return text is "auto" or "private" or "parent" ? null : $"'{text}' is none of auto, private and parent";
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

    /// <summary>The variables of a file with a NAME=VALUE on each line; blank lines and those that begin with `#` or `;` say nothing.</summary>
    public static string? ReadVariablesFile(string text, out IReadOnlyList<string> value)
    {
        List<string> variables = [];
        value = variables;
        string content;
        try
        {
            // No O_NONBLOCK: it may be a pipe whose writer is still at work, as in --set-env-file=<(command).
            using Fd file = Files.Open(text, Tmds.Linux.LibC.O_RDONLY);
            content = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(Files.ReadBytes(file, VariablesFileLimit));
        }
        catch (NativeException e)
        {
            return $"cannot read '{text}': {e.Reason}";
        }
        catch (DecoderFallbackException)
        {
            return $"'{text}' is no UTF-8";
        }

        foreach ((int index, string line) in content.Split('\n').Index())
        {
            if (line.Trim().Length == 0 || line[0] is '#' or ';')
            {
                continue;
            }

            if (ReadVariable(line.TrimEnd('\r'), out _) is { } fault)
            {
                return $"line {index + 1} of '{text}': {fault}";
            }

            variables.Add(line.TrimEnd('\r'));
        }

        return Doubled(variables).FirstOrDefault() is { } doubled ? $"variable '{doubled}' is given twice in '{text}'" : null;
    }

    /// <summary>The names of variables that are set more than once.</summary>
    public static IEnumerable<string> Doubled(IEnumerable<string> variables) =>
        variables.CountBy(static variable => variable.Split('=', 2)[0]).Where(static entry => entry.Value > 1).Select(static entry => entry.Key);

    /// <summary>podctl's own variables, without what is a word between podctl and the service manager that runs it.</summary>
    public static IReadOnlyList<string> OwnVariables() =>
    [
        .. Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Where(static entry => !OfServiceManager.Contains(entry.Key))
            .Select(static entry => $"{entry.Key}={entry.Value}").Order(StringComparer.Ordinal),
    ];

    public static string? ReadAppName(string text, out AppName? value) =>
        AppName.TryParse(text, out value) ? null : $"'{text}' is no app name: up to 63 lower-case letters, digits and dashes, no dash at either end, and none of the pod's own units";

    public static string? ReadAppNames(string text, out IReadOnlyList<AppName> value)
    {
        List<AppName> names = [];
        value = names;
        foreach (string word in text.Split(','))
        {
            if (ReadAppName(word, out AppName? name) is { } fault)
            {
                return fault;
            }

            names.Add(name!.Value);
        }

        return null;
    }

    public static string? ReadPodName(string text, out PodName? value) =>
        PodName.TryParse(text, out value) ? null
        : $"'{text}' is no pod name: up to 63 letters, digits, '_', '.' and '-', a letter or digit first, and nothing that could be the beginning of a UUID";

    public static string? ReadRestartPolicy(string text, out RestartPolicy value) =>
        RestartPolicies.TryParse(text, out value) ? null : $"'{text}' is no restart policy: use no, on-failure or always";

    public static string? ReadCredential(string text, out IReadOnlyList<AppCredential> value)
    {
        string[] parts = text.Split(':', 2);
        value = [];
        if (!AppCredential.IsName(parts[0]))
        {
            return $"'{parts[0]}' is no name of a credential: use letters, digits, '.', '_', '-' and '@'";
        }

        string? own = Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY");
        if (parts.Length == 1 && own is null)
        {
            return $"'{text}' names no file, and podctl has no credentials itself (LoadCredential= of the service that runs it)";
        }

        string source = Path.GetFullPath(parts.Length == 1 ? Path.Combine(own!, parts[0]) : parts[1].Length == 0 ? "/" : parts[1]);
        value = [new AppCredential(parts[0], source)];
        return File.Exists(source) ? null : $"there is no file '{source}'";
    }

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
    public static bool TryReadAddress(string text, out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && (text.Contains(':', StringComparison.Ordinal) ? !text.Contains('[', StringComparison.Ordinal) : address.ToString() == text);
}
