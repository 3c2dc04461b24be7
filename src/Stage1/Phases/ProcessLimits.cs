using Common.Contract;
using Common.Native;

namespace Stage1.Phases;

/// <summary>This process's own limits, which all that comes from it inherits (setrlimit(2)).</summary>
internal static unsafe class ProcessLimits
{
    /// <summary>Makes the hard limits at least these; the soft ones stay.</summary>
    /// <exception cref="PodStartException">The host does not allow it.</exception>
    public static void Raise(IReadOnlyList<ResourceLimit> limits)
    {
        nuint* values = stackalloc nuint[2];
        foreach (ResourceLimit limit in limits)
        {
            _ = NativeException.ThrowIfFailed(Libc.GetRLimit(limit.Resource, values), "getrlimit", $"{limit.Resource}");
            if ((nuint)limit.Hard <= values[1])
            {
                continue;
            }

            nuint most = values[1];
            values[1] = (nuint)limit.Hard;
            if (Libc.SetRLimit(limit.Resource, values) < 0)
            {
                throw new PodStartException($"an app is to have a limit of {Word((nuint)limit.Hard)} (resource {limit.Resource} of getrlimit(2)), and this host allows {Word(most)}: `prlimit --pid $$` shows the limits, and raising them needs CAP_SYS_RESOURCE");
            }
        }
    }

    private static string Word(nuint value) => value == nuint.MaxValue ? "unlimited" : $"{value}";
}
