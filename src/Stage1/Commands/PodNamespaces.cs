using Common.Native;
using static Tmds.Linux.LibC;

namespace Stage1.Commands;

/// <summary>The namespaces of a running pod, by descriptor.</summary>
internal sealed class PodNamespaces : IDisposable
{
    private static readonly string[] WithoutFiles = ["pid", "ipc", "uts", "net"];

    private readonly List<(Fd Namespace, string Name)> _withoutFiles = [];

    /// <param name="leader">/proc/PID of the pod's PID 1.</param>
    /// <param name="hasUsers">Whether the pod has a user namespace.</param>
    public PodNamespaces(Fd leader, bool hasUsers)
    {
        Mounts = Files.OpenAt(leader, "ns/mnt", O_RDONLY);
        Cgroups = Files.OpenAt(leader, "ns/cgroup", O_RDONLY);
        Users = hasUsers ? Files.OpenAt(leader, "ns/user", O_RDONLY) : null;
        foreach (string name in WithoutFiles)
        {
            _withoutFiles.Add((Files.OpenAt(leader, $"ns/{name}", O_RDONLY), name));
        }
    }

    public Fd Mounts { get; }

    /// <summary>
    /// Joined by a command once it is in the app's cgroup: where cgroup2 is mounted with `nsdelegate`, as systemd mounts it, nobody in the namespace can be moved there from outside of it (ENOENT, the kernel's document on version 2).
    /// </summary>
    public Fd Cgroups { get; }

    /// <summary>Null for the host's. A process with threads cannot join them (setns(2)): nsenter(1) does.</summary>
    public Fd? Users { get; }

    /// <summary>Joins those in which there are no files: nothing that the pod's root has made is executed or opened by that. Children are in the pod's process namespace.</summary>
    public void Join()
    {
        foreach ((Fd entry, string name) in _withoutFiles)
        {
            Join(entry, name);
        }
    }

    /// <summary>Joins a mount namespace. Nothing may be executed in a pod's by a process that is still the host's root.</summary>
    public static void JoinMounts(Fd mounts)
    {
        _ = NativeException.ThrowIfFailed(Libc.Unshare((int)CLONE_FS), "unshare", "(file system attributes)");
        Join(mounts, "mnt");
    }

    public void Dispose()
    {
        _withoutFiles.ForEach(static entry => entry.Namespace.Dispose());
        Mounts.Dispose();
        Cgroups.Dispose();
        Users?.Dispose();
    }

    private static void Join(Fd entry, string name) => NativeException.ThrowIfFailed(Libc.SetNs(entry.Number, 0), "setns", $"'{name}'");
}
