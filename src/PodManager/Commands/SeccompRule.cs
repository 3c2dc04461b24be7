namespace PodManager.Commands;

/// <summary>A rule of an OCI profile for system calls.</summary>
/// <param name="Place">Where it stands, e.g. `syscalls[3]`.</param>
/// <param name="Names">System calls.</param>
/// <param name="Answer">What they return: `EPERM`, or `kill`; null allows them.</param>
/// <param name="Includes">When it counts.</param>
/// <param name="Excludes">When it does not.</param>
internal sealed record SeccompRule(string Place, IReadOnlyList<string> Names, string? Answer, SeccompCondition Includes, SeccompCondition Excludes)
{
    /// <summary>As container engines choose: all that is included is there, nothing that is excluded.</summary>
    public bool Counts(IReadOnlyList<string> capabilities, string architecture, Version kernel) =>
        Includes.Capabilities.All(capabilities.Contains)
        && (Includes.Architectures.Count == 0 || Includes.Architectures.Contains(architecture))
        && (Includes.MinKernel is null || kernel >= Includes.MinKernel)
        && !Excludes.Capabilities.Any(capabilities.Contains)
        && !Excludes.Architectures.Contains(architecture)
        && (Excludes.MinKernel is null || kernel < Excludes.MinKernel);
}

/// <summary>What a rule depends on.</summary>
internal sealed record SeccompCondition(IReadOnlyList<string> Capabilities, IReadOnlyList<string> Architectures, Version? MinKernel)
{
    public static SeccompCondition None { get; } = new([], [], null);
}
