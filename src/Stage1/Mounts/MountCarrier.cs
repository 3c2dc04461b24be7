using Common.Native;
using Stage1.Commands;
using static Tmds.Linux.LibC;

namespace Stage1.Mounts;

/// <summary>
/// Brings mounts into the mount namespace of a running pod so that the pod's root cannot change what they may not do, such as be written to. The kernel locks that when a mount gets from one user
/// namespace's mounts to another's by propagation, not when it is attached (mount_namespaces(7), "Restrictions"). So a directory is in both, what is mounted there in one shows in the other, and is copied from there.
/// </summary>
internal sealed class MountCarrier : IDisposable
{
    private const string Name = "carrier";
    private const string Place = $"{PodRoot.HostDirectory}/{Name}";
    private const int NoFollow = 8; // UMOUNT_NOFOLLOW, umount2(2)
    private const int RemoveDirectory = 0x200; // AT_REMOVEDIR, unlinkat(2)

    private readonly Fd _own;
    private readonly Fd _pod;
    private readonly Fd _here;
    private readonly Fd _there;
    private int _count;

    /// <param name="directory">In this process's mount namespace, and a mount.</param>
    /// <param name="own">This process's mount namespace.</param>
    /// <param name="pod">The pod's.</param>
    public MountCarrier(string directory, Fd own, Fd pod)
    {
        _own = own;
        _pod = pod;
        string place = directory + Place;
        _ = Files.MakeDirectory(null, place, 0x1ED);
        using (Fd mount = MountApi.Create("tmpfs", [("mode", "0755"), ("size", "1m")], MountAttributes.NoSuid | MountAttributes.NoDevices | MountAttributes.NoExec))
        {
            MountApi.Attach(mount, place);
        }

        MountApi.Mount(null, place, null, (ulong)MS_SHARED, null);
        _here = Files.Open(place, O_PATH | O_DIRECTORY);
        _there = MountApi.Clone(place, recursive: false);
        MountApi.SetPropagation(_there, (ulong)MS_SLAVE); // nothing comes back
    }

    /// <summary>Opens the way; in the pod's mount namespace, as <see cref="Close"/> and <see cref="Carry"/>.</summary>
    public void Open(SafeRoot root)
    {
        using Fd place = root.Directory(Place, followLinks: false);
        MountApi.Attach(_there, place, Place);
    }

    /// <summary>Closes the way again.</summary>
    public static void Close(SafeRoot root)
    {
        // Best effort, without a way for links: what stays is in nobody's way.
        using Fd? above = root.Find(PodRoot.HostDirectory, followLinks: false);
        if (above is not null && Libc.FChDir(above.Number) == 0)
        {
            _ = Libc.Umount2(Name, MNT_DETACH | NoFollow);
            _ = Libc.UnlinkAt(above.Number, Name, RemoveDirectory);
            _ = Libc.ChDir("/");
        }
    }

    /// <returns>A locked copy of the mount, detached.</returns>
    public Fd Carry(SafeRoot root, Fd mount)
    {
        string name = $"{_count++}";
        PodNamespaces.JoinMounts(_own);
        if (Files.IsDirectory(mount))
        {
            _ = Files.MakeDirectory(_here, name, 0x1ED);
        }
        else
        {
            Files.OpenAt(_here, name, O_CREAT | O_EXCL | O_WRONLY, 0x1A4).Dispose();
        }

        using (Fd target = Files.OpenAt(_here, name, O_PATH | O_NOFOLLOW))
        {
            MountApi.Attach(mount, target, name);
        }

        PodNamespaces.JoinMounts(_pod);
        using Fd arrived = root.Find($"{Place}/{name}", followLinks: false) ?? throw new Phases.PodStartException($"'{Place}' is gone from the pod's root");
        Fd copy = MountApi.Clone(arrived, recursive: true);
        MountApi.SetPropagation(copy, (ulong)MS_PRIVATE);
        return copy;
    }

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
    }
}
