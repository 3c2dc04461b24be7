using Common.Native;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle;

/// <summary>Makes what a pod needs in its directory, beside the record, and its journal's directory.</summary>
internal static class PodDirectoryMaker
{
    private const uint Everybody = 0x1ED;
    private const uint OwnerOnly = 0x1C0;
    private const uint Readable = 0x1A4;
    private const uint OwnerAndGroup = 0x1E8;
    private const uint Unchanged = uint.MaxValue;

    /// <param name="pod">The pod's directories.</param>
    /// <param name="apps">Its apps.</param>
    /// <param name="volumes">Its volumes; those of the host's are there already.</param>
    /// <param name="owner">The pod's root user as the host numbers it.</param>
    public static void Make(PodDirectories pod, IReadOnlyList<AppSpec> apps, IReadOnlyList<PodVolume> volumes, uint owner)
    {
        foreach (PodVolume volume in volumes.Where(static volume => volume.Source is null))
        {
            string directory = pod.Volume(volume.Name);
            _ = Files.MakeDirectory(null, Path.GetDirectoryName(directory)!, OwnerOnly);
            _ = Files.MakeDirectory(null, directory, volume.Mode);
            Files.SetOwner(null, directory, owner + volume.Uid, owner + volume.Gid);
            _ = NativeException.ThrowIfFailed(Libc.FChModAt(Libc.AtFdCwd, directory, volume.Mode, 0), "chmod", $"'{directory}'");
        }

        foreach (string shared in new[] { pod.Exchange, pod.Status })
        {
            _ = Files.MakeDirectory(null, shared, OwnerOnly);
            Files.SetOwner(null, shared, owner, owner);
        }

        foreach (string app in apps.Where(static app => app.Health is not null).Select(static app => app.Name))
        {
            _ = Files.MakeDirectory(null, pod.Health, OwnerOnly);
            Files.SetOwner(null, pod.Health, owner, owner);
            ReserveStatus(Path.Combine(pod.Health, app), owner);
        }

        foreach (string app in apps.Select(static app => app.Name))
        {
            ReserveStatus(Path.Combine(pod.Status, app), owner);
            foreach (string directory in new[] { Path.GetDirectoryName(pod.Upper(app))!, Path.GetDirectoryName(pod.Work(app))! })
            {
                _ = Files.MakeDirectory(null, directory, OwnerOnly);
            }

            // The app's `/` has this directory's mode.
            _ = Files.MakeDirectory(null, pod.Upper(app), Everybody);
            _ = Files.MakeDirectory(null, pod.Work(app), OwnerOnly);
        }

        // The group of the parent, by its setgid bit, may read journals. The files are the pod's root's here too, and of no use to anybody else.
        _ = Directory.CreateDirectory(Path.GetDirectoryName(pod.Journal)!);
        _ = Files.MakeDirectory(null, pod.Journal, OwnerAndGroup);
        _ = NativeException.ThrowIfFailed(Libc.FChOwnAt(Libc.AtFdCwd, pod.Journal, owner, Unchanged, 0), "chown", $"'{pod.Journal}'");
    }

    /// <summary>An empty file is no status. Its block is taken now, so that the status can be told when the disk is full by then.</summary>
    private static void ReserveStatus(string path, uint owner)
    {
        using Fd file = Files.Open(path, O_CREAT | O_EXCL | O_WRONLY, Readable);
        _ = Libc.FAllocate(file.Number, Libc.FAllocateKeepSize, 0, AppStatus.MaxBytes); // best effort: some file systems cannot
        _ = NativeException.ThrowIfFailed(Libc.FChOwn(file.Number, owner, owner), "chown", $"'{path}'");
    }
}
