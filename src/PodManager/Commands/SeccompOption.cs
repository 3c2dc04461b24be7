using System.Globalization;
using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`--seccomp`: `mode=retain|remove[,errno=NAME],CALL[:ERRNO]|@SET,…`, rkt's grammar, with rkt's names of sets and systemd's; or the path of a profile.</summary>
/// <param name="IsRetained">Whether the items are what is left, or what is refused.</param>
/// <param name="Errno">What a refused call returns; null kills the process.</param>
/// <param name="Items">System calls and sets; no rkt name is left but that of the default list.</param>
internal sealed record SeccompOption(bool IsRetained, string? Errno, IReadOnlyList<string> Items)
{
    /// <summary>`CALL:ERRNO`: refused, with an answer of their own.</summary>
    public IReadOnlyList<string> Answers { get; init; } = [];

    /// <summary>Nothing is added to what is retained.</summary>
    public bool IsExact { get; init; }

    /// <summary>Programs of other architectures are killed.</summary>
    public bool IsNativeOnly { get; init; }

    /// <summary>A profile in a file instead of all that.</summary>
    public SeccompProfile? Profile { get; init; }

    private const string DefaultSet = "@rkt/default-whitelist";
    private const string AllSet = "@appc.io/all";
    public const string EmptySet = "@appc.io/empty";
    private const string SystemdPrefix = "@systemd/";
    private const int LongestName = 40;

    // What both of rkt's black lists come to.
    private static readonly string[] BlackList =
    [
        "@clock", "@cpu-emulation", "@keyring", "@module", "@mount", "@obsolete", "@raw-io", "@reboot", "@swap", "acct", "bpf", "get_mempolicy", "kcmp", "lookup_dcookie", "mbind", "move_pages",
        "name_to_handle_at", "open_by_handle_at", "perf_event_open", "personality", "process_vm_readv", "process_vm_writev", "ptrace", "quotactl", "set_mempolicy", "setns", "unshare", "userfaultfd",
    ];

    public static string? Read(string text, out SeccompOption? value)
    {
        value = null;
        if (IsPath(text))
        {
            string? fault = SeccompProfileReader.Read(text, out SeccompProfile? profile);
            value = fault is null ? new SeccompOption(true, null, []) { Profile = profile } : null;
            return fault;
        }

        string? mode = null;
        string? errno = null;
        List<string> items = [];
        List<string> answers = [];
        foreach (string word in text.Split(','))
        {
            (string key, string? setting) = word.Split('=', 2) is [string k, string v] ? (k, v) : (word, null);
            switch (key)
            {
                case "mode" when mode is null && setting is "retain" or "remove":
                    mode = setting;
                    break;
                case "errno" when errno is null && setting is not null && IsError(setting): // another would kill, as systemd takes it for no number
                    errno = setting;
                    break;
                case "mode" or "errno":
                    return $"'{word}' is neither mode=retain nor mode=remove nor errno=NAME such as EPERM, once each";
                case not null when word.Split(':') is [var call, var answer] && IsName(call) && (answer == SeccompProfile.Kill || IsError(answer)):
                    answers.Add(word);
                    break;
                default:
                    if (Expand(word) is not { } names)
                    {
                        return $"'{word}' is neither a system call nor a set such as @mount or @rkt/default-whitelist";
                    }

                    items.AddRange(names);
                    break;
            }
        }

        if (mode is null || items.Count + answers.Count == 0 && !text.Contains(EmptySet, StringComparison.Ordinal))
        {
            return mode is null ? $"'{text}' says no mode: mode=retain or mode=remove" : $"'{text}' names no system call";
        }

        value = new SeccompOption(mode == "retain", errno, [.. items.Distinct()]) { Answers = [.. answers.Distinct()] };
        return null;
    }

    /// <returns>Null for all system calls.</returns>
    public SystemCallFilter? Filter(IReadOnlyList<string> capabilities, bool hasOwnUsers)
    {
        SystemCallFilter standard = SystemCalls.DefaultFor(capabilities, hasOwnUsers);
        if (Profile is not null)
        {
            return Profile.Filter(capabilities);
        }

        if (!IsRetained)
        {
            // What an empty list of refused calls meant to rkt: the default.
            return Items.Count + Answers.Count == 0 ? standard : new SystemCallFilter(IsAllowList: false, Items, [], Errno, MayMakeNamespaces: true, IsNativeOnly) { Answers = Answers };
        }

        if (Items.Contains(AllSet, StringComparer.Ordinal))
        {
            return null;
        }

        bool hasDefault = Items.Contains(DefaultSet, StringComparer.Ordinal);
        string[] own = [.. Items.Where(static item => item != DefaultSet)];
        return hasDefault
            ? standard with { Names = [.. standard.Names.Union(own)], Except = [.. standard.Except.Except(own)], Errno = Errno ?? standard.Errno, IsNativeOnly = false, Answers = Answers }
            : new SystemCallFilter(IsAllowList: true, own, [], Errno, MayMakeNamespaces: true, IsNativeOnly) { Answers = Answers, IsExact = IsExact };
    }

    /// <summary>An option from which the same filter comes, for an app with the same capabilities.</summary>
    public static SeccompOption Of(SystemCallFilter? filter, IReadOnlyList<string>? capabilities, bool hasOwnUsers)
    {
        SystemCallFilter standard = SystemCalls.DefaultFor(capabilities, hasOwnUsers);
        return filter switch
        {
            null => new SeccompOption(IsRetained: true, null, [AllSet]),
            { IsAllowList: false } => new SeccompOption(IsRetained: false, filter.Errno, filter.Names) { Answers = filter.Answers, IsNativeOnly = filter.IsNativeOnly },
            { IsExact: true } => new SeccompOption(IsRetained: true, filter.Errno, filter.Names) { Answers = filter.Answers, IsNativeOnly = filter.IsNativeOnly, IsExact = true },
            { IsNativeOnly: true } => new SeccompOption(IsRetained: false, null, []),
            { Except: [], MayMakeNamespaces: true } => new SeccompOption(IsRetained: true, filter.Errno, filter.Names) { Answers = filter.Answers },
            _ => new SeccompOption(IsRetained: true, filter.Errno, [DefaultSet, .. filter.Names.Except(standard.Names).Union(standard.Except.Except(filter.Except))]) { Answers = filter.Answers },
        };
    }

    /// <summary>What is wrong with it for an app with certain capabilities.</summary>
    public IEnumerable<string> Faults(IReadOnlyList<string> capabilities) => Profile?.Faults(capabilities) ?? [];

    /// <summary>No word of the list begins so.</summary>
    private static bool IsPath(string text) => text.StartsWith('/') || text.StartsWith("./", StringComparison.Ordinal) || text.StartsWith("../", StringComparison.Ordinal);

    private static bool IsError(string text) => ErrnoNames.IsKnown(text) || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and < 4096);

    private static string[]? Expand(string word) => word switch
    {
        DefaultSet or "@docker/default-whitelist" or "@systemd/default-whitelist" => [DefaultSet],
        "@rkt/default-blacklist" or "@docker/default-blacklist" => BlackList,
        AllSet => [AllSet],
        EmptySet => [],
        _ when word.StartsWith(SystemdPrefix, StringComparison.Ordinal) && IsName(word[SystemdPrefix.Length..]) => [$"@{word[SystemdPrefix.Length..]}"],
        _ when word.StartsWith('@') && IsName(word[1..]) || IsName(word) => [word],
        _ => null,
    };

    private static bool IsName(string text) => text.Length is > 0 and < LongestName && text.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-');
}
