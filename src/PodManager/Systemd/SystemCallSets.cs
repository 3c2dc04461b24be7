using System.Text;
using Common.Native;
using PodManager.Lifecycle;

namespace PodManager.Systemd;

/// <summary>Asks systemd-analyze(1), and keeps the answer in /run until the program changes: asking takes longer than all else that a command in a pod needs.</summary>
internal sealed class SystemCallSets
{
    private const string Program = "/usr/bin/systemd-analyze";
    private const string Cache = "/run/podctl/cache/system-calls";
    private const int AnswerLimit = 1 << 20;
    private const uint OwnerFile = 0x180;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private Dictionary<string, List<string>>? _sets;

    /// <summary>Replaces sets such as `@mount` by what is in them.</summary>
    /// <returns>Names of system calls, each once.</returns>
    /// <exception cref="PodctlException">There is no such set, or systemd cannot be asked.</exception>
    public IReadOnlySet<string> Expand(IEnumerable<string> names)
    {
        HashSet<string> calls = [];
        HashSet<string> seen = [];
        Stack<string> pending = new(names);
        while (pending.TryPop(out string? name))
        {
            if (!name.StartsWith('@'))
            {
                _ = calls.Add(name);
            }
            else if (seen.Add(name))
            {
                _sets ??= Parse(Read());
                foreach (string member in _sets.GetValueOrDefault(name) ?? throw new PodctlException(ExitCode.HostLacks, $"this host's systemd has no set of system calls '{name}'"))
                {
                    pending.Push(member);
                }
            }
        }

        return calls;
    }

    /// <summary>A set's name at a line's beginning, its members in the indented lines below.</summary>
    internal static Dictionary<string, List<string>> Parse(string text)
    {
        Dictionary<string, List<string>> sets = [];
        List<string>? members = null;
        foreach (string line in text.Split('\n'))
        {
            string word = line.Trim();
            if (word.Length == 0 || word[0] == '#')
            {
                continue;
            }

            if (!char.IsWhiteSpace(line[0]))
            {
                sets[word] = members = [];
            }
            else
            {
                members?.Add(word);
            }
        }

        return sets;
    }

    private static string Read()
    {
        string key = Key();
        try
        {
            string text = File.ReadAllText(Cache);
            if (text.StartsWith(key, StringComparison.Ordinal))
            {
                return text[key.Length..];
            }
        }
        catch (IOException)
        {
            // nobody has asked yet
        }

        string answer = Ask();
        _ = Directory.CreateDirectory(Path.GetDirectoryName(Cache)!);
        Files.Replace(Cache, Encoding.UTF8.GetBytes(key + answer), OwnerFile);
        return answer;
    }

    /// <summary>Changes with the host's systemd.</summary>
    public static string Key()
    {
        FileInfo program = new(Program);
        return program.Exists
            ? $"# {Program} of {program.LastWriteTimeUtc:O}, {program.Length} bytes\n"
            : throw new PodctlException(ExitCode.HostLacks, $"the app's filter of system calls cannot be made: there is no '{Program}'", "it comes with systemd");
    }

    private static string Ask()
    {
        (int code, byte[] output) = ProgramCall.Run(Program, ["systemd-analyze", "syscall-filter", "--no-pager"], [], Timeout, AnswerLimit, CancellationToken.None);
        return code == 0 ? Encoding.UTF8.GetString(output) : throw new PodctlException(ExitCode.HostLacks, $"'{Program} syscall-filter' failed with {code}");
    }
}
