namespace PodManager.Pods;

/// <summary>Finds the pod that a user means by the beginning of its UUID.</summary>
internal static class PodIdPrefix
{
    private const string MachinePrefix = "rkt-";

    /// <summary>The one pod whose UUID begins with the text, in either case; the name that machinectl shows is taken too.</summary>
    /// <exception cref="PodctlException">There is none, or more than one.</exception>
    public static PodId Resolve(string text, IEnumerable<PodId> pods)
    {
        string prefix = text.ToLowerInvariant();
        if (prefix.StartsWith(MachinePrefix, StringComparison.Ordinal))
        {
            prefix = prefix[MachinePrefix.Length..];
        }

        if (prefix.Length == 0)
        {
            throw new PodctlException(ExitCode.Usage, "a pod's UUID cannot be empty", "`podctl list` shows the pods there are");
        }

        List<PodId> matches = [.. pods.Where(pod => pod.ToString().StartsWith(prefix, StringComparison.Ordinal))];
        return matches.Count switch
        {
            1 => matches[0],
            0 => throw new PodctlException(ExitCode.NotFound, $"no pod '{text}'", "`podctl list` shows the pods there are"),
            _ => throw new PodctlException(
                ExitCode.NotFound,
                $"ambiguous UUID '{text}': {string.Join(", ", matches.Select(static pod => pod.ToString()).Order(StringComparer.Ordinal))}",
                "give more digits"),
        };
    }
}
