using Common.Contract;
using Common.Native;

namespace Stage1.Mounts;

/// <summary>What the kernel lets the pod's own root mount in its namespaces: proc, sysfs, cgroup2, devpts, mqueue and tmpfs.</summary>
internal static class KernelFileSystems
{
    private const MountAttributes Plain = MountAttributes.NoSuid | MountAttributes.NoDevices | MountAttributes.NoExec;
    private const string CgroupDirectory = "/sys/fs/cgroup";

    /// <summary>Mounts them for systemd, the pod's root being this process's root.</summary>
    public static void Mount(PodPlan plan)
    {
        Attach("proc", [], Plain, "/proc");
        MountSys(plan);
        Attach("tmpfs", [("mode", "0755"), ("size", "64k")], MountAttributes.NoSuid | MountAttributes.NoExec, "/dev");
        using SafeRoot root = new("/");
        foreach (string name in new[] { "/dev/pts", "/dev/shm", "/dev/mqueue" })
        {
            root.Directory(name).Dispose();
        }

        // The group 5 is `tty` on every distribution; programs expect terminals to be theirs.
        Attach("devpts", [("newinstance", null), ("ptmxmode", "0666"), ("mode", "0620"), ("gid", "5")], MountAttributes.NoSuid | MountAttributes.NoExec, "/dev/pts");
        MountSharedMemory(plan);

        // The host's queues do not belong to the pod's user namespace, which cannot mount them; mq_open(3) needs no mount.
        if (plan is not { HostIpc: true, Users: not null })
        {
            Attach("mqueue", [], Plain, "/dev/mqueue");
        }

        Attach("tmpfs", [("mode", "1777"), ("size", "10%")], Plain, "/tmp");
    }

    /// <summary>The cgroups below that of this process's cgroup namespace.</summary>
    public static void MountCgroups() => Attach("cgroup2", [], Plain, CgroupDirectory);

    private static void MountSharedMemory(PodPlan plan)
    {
        if (!plan.HostIpc)
        {
            Attach("tmpfs", [("mode", "1777")], Plain, "/dev/shm");
            return;
        }

        using Fd shm = MountApi.Clone(PodRoot.HostShm, recursive: false);
        MountApi.Attach(shm, "/dev/shm");
    }

    private static void MountSys(PodPlan plan)
    {
        if (plan is not { HostNetwork: true, Users: not null })
        {
            Attach("sysfs", [], Plain | MountAttributes.ReadOnly, "/sys");
            return;
        }

        // A sysfs shows a network namespace, and the host's does not belong to the pod's user namespace: only a copy of what is there can be had.
        using Fd sys = MountApi.Clone(PodRoot.HostSys, recursive: false);
        MountApi.Attach(sys, "/sys");
    }

    private static void Attach(string fsType, IReadOnlyList<(string, string?)> options, MountAttributes attributes, string target)
    {
        using Fd mount = MountApi.Create(fsType, options, attributes);
        MountApi.Attach(mount, target);
    }
}
