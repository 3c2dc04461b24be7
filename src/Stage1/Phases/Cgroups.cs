using Common.Native;
using static Tmds.Linux.LibC;

namespace Stage1.Phases;

/// <summary>Hands the scope's cgroup to the pod (cgroups(7), delegation; systemd's CGROUP_DELEGATION).</summary>
internal static class Cgroups
{
    private const string MountPoint = "/sys/fs/cgroup";

    // What a delegatee may write, as /sys/kernel/cgroup/delegate lists on a kernel of today.
    private static readonly string[] DelegatedFiles = ["cgroup.procs", "cgroup.threads", "cgroup.subtree_control"];

    /// <summary>This process's cgroup: its directory.</summary>
    public static string Own() => MountPoint + OwnPath();

    public static void Move(int pid, string directory)
    {
        using Fd file = Files.Open($"{directory}/cgroup.procs", O_WRONLY);
        Files.WriteAll(file, System.Text.Encoding.ASCII.GetBytes($"{pid}"));
    }

    public static void GiveTo(uint owner, string directory)
    {
        Files.SetOwner(null, directory, owner, owner);
        foreach (string name in DelegatedFiles)
        {
            try
            {
                Files.SetOwner(null, $"{directory}/{name}", owner, owner);
            }
            catch (NativeException e) when (e.Errno == Errno.ENOENT)
            {
                // cgroup.threads came with Linux 4.14 and may be configured away.
            }
        }
    }

    private static string OwnPath()
    {
        using Fd file = Files.Open("/proc/self/cgroup", O_RDONLY);
        foreach (string line in Files.ReadText(file).Split('\n'))
        {
            if (line.StartsWith("0::", StringComparison.Ordinal))
            {
                return line[3..];
            }
        }

        throw new PodStartException("this host has no unified cgroup hierarchy (cgroup v2)");
    }
}
