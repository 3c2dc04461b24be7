namespace PodManager.Lifecycle;

/// <summary>The service that podctl runs in, if it does: a pod must not outlive it.</summary>
internal static class OwnService
{
    /// <summary>The unit's name from /proc/self/cgroup (cgroups(7)); null in a login session or a scope.</summary>
    public static string? Name() => NameIn(File.ReadAllLines("/proc/self/cgroup"));

    public static string? NameIn(IEnumerable<string> lines)
    {
        const string unified = "0::";
        string? path = lines.FirstOrDefault(line => line.StartsWith(unified, StringComparison.Ordinal))?[unified.Length..];

        // A user's own manager is a service too (user@UID.service); what runs below it is that manager's business.
        string? unit = path?.Split('/', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(part => !part.EndsWith(".slice", StringComparison.Ordinal));
        return unit is not null && unit.EndsWith(".service", StringComparison.Ordinal) && !unit.StartsWith("user@", StringComparison.Ordinal) ? unit : null;
    }
}
