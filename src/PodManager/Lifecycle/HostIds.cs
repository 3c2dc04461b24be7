using System.Globalization;
using Common.Contract;

namespace PodManager.Lifecycle;

/// <summary>The users of the host who have ids of a range: a pod with it would own their files, and they those of the pod.</summary>
internal static class HostIds
{
    private const int IdField = 2; // of passwd(5) and group(5)

    /// <returns>Null if nobody has; else who and where.</returns>
    public static string? Find(IdRange range) =>
        FindAccount(Lines("/etc/passwd"), range, "user") ?? FindAccount(Lines("/etc/group"), range, "group")
        ?? FindDelegation(Lines("/etc/subuid"), range, "/etc/subuid") ?? FindDelegation(Lines("/etc/subgid"), range, "/etc/subgid");

    internal static string? FindAccount(IEnumerable<string> lines, IdRange range, string kind) =>
        (from words in lines.Select(static line => line.Split(':'))
         where words.Length > IdField && TryRead(words[IdField], out uint id) && id >= range.Base && id - range.Base < range.Count
         select $"{words[IdField]} is the host's {kind} '{words[0]}'").FirstOrDefault();

    /// <summary>What is root's in subuid(5) is there for pods; what another user has, that user can become.</summary>
    internal static string? FindDelegation(IEnumerable<string> lines, IdRange range, string file) =>
        (from words in lines.Select(static line => line.Split(':'))
         where words is [not ("root" or "0"), _, _] && TryRead(words[1], out uint first) && TryRead(words[2], out uint count)
            && first < (ulong)range.Base + range.Count && range.Base < (ulong)first + count
         select $"{file} has given {words[1]}:{words[2]} to '{words[0]}'").FirstOrDefault();

    private static bool TryRead(string text, out uint value) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (IOException)
        {
            return []; // most hosts have no subuid
        }
    }
}
