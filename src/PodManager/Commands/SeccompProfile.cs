using System.Runtime.InteropServices;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>
/// A profile for system calls as the OCI runtime specification has it (config-linux, Seccomp), with what container engines add to it: conditions of rules, and architectures by `archMap`. What the pod's
/// systemd cannot carry out exactly is a fault (`SeccompProfileReader`).
/// </summary>
/// <param name="File">Its path.</param>
/// <param name="IsAllowList">Whether what no rule is about is refused.</param>
/// <param name="Default">What a refused call returns, `EPERM`; null kills the process.</param>
/// <param name="IsNativeOnly">Programs of other architectures are killed.</param>
/// <param name="Rules">In their order.</param>
internal sealed record SeccompProfile(string File, bool IsAllowList, string? Default, bool IsNativeOnly, IReadOnlyList<SeccompRule> Rules)
{
    public const string Kill = "kill";

    // systemd starts an app's program by the one, and says so to itself by the other.
    private static readonly string[] Needed = ["execve", "write"];

    /// <summary>What is wrong with it for an app with certain capabilities.</summary>
    public IEnumerable<string> Faults(IReadOnlyList<string> capabilities)
    {
        Dictionary<string, SeccompRule> calls = [];
        foreach (SeccompRule rule in Rules.Where(rule => Counts(rule, capabilities)))
        {
            foreach (string name in rule.Names)
            {
                if (calls.TryGetValue(name, out SeccompRule? other) && other.Answer != rule.Answer)
                {
                    yield return $"{File}: {rule.Place}: '{name}' is answered in another way by {other.Place}";
                }

                calls[name] = rule;
            }
        }

        foreach (string name in Needed)
        {
            if (calls.TryGetValue(name, out SeccompRule? rule) ? rule.Answer is not null : IsAllowList)
            {
                yield return $"{File}: {rule?.Place ?? "defaultAction"}: '{name}' is refused, without which no app is started";
            }
        }
    }

    /// <returns>Null if nothing is refused.</returns>
    public SystemCallFilter? Filter(IReadOnlyList<string> capabilities)
    {
        SeccompRule[] rules = [.. Rules.Where(rule => Counts(rule, capabilities))];
        string[] allowed = [.. rules.Where(static rule => rule.Answer is null).SelectMany(static rule => rule.Names).Distinct()];
        string[] answers = [.. rules.Where(rule => rule.Answer is not null && (!IsAllowList || rule.Answer != (Default ?? Kill))).SelectMany(static rule => rule.Names.Select(name => $"{name}:{rule.Answer}")).Distinct()];
        return IsAllowList ? new SystemCallFilter(true, allowed, [], Default, MayMakeNamespaces: true, IsNativeOnly) { Answers = answers, IsExact = true }
            : answers.Length == 0 ? null
            : new SystemCallFilter(false, [], [], null, MayMakeNamespaces: true, IsNativeOnly) { Answers = answers };
    }

    private static bool Counts(SeccompRule rule, IReadOnlyList<string> capabilities) => rule.Counts(capabilities, Machine, Environment.OSVersion.Version);

    /// <summary>As Go calls it.</summary>
    private static string Machine => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "amd64" : "arm64";
}
