using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Filters of system calls as programs for the kernel (seccomp(2)).</summary>
internal interface ICallFilters
{
    /// <summary>What this host's systemd would make of a filter in a unit.</summary>
    /// <returns>Programs of classic BPF, to be installed all.</returns>
    /// <exception cref="PodctlException">The host lacks something for it.</exception>
    IReadOnlyList<byte[]> Compile(SystemCallFilter filter);
}
