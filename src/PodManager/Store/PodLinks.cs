using System.Runtime.InteropServices;
using Common.Native;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <summary>
/// Things that one pod at most can have: a directory with a symbolic link for each that is taken, which points to the pod's UUID. symlink(2) makes it in one step and fails if it is there, so
/// that no lock is needed.
/// </summary>
internal sealed class PodLinks(string directory)
{
    private const uint OwnerOnly = 0x1C0;

    /// <summary>Takes something for a pod.</summary>
    /// <returns>False if another has it.</returns>
    public bool TryTake(string name, PodId pod)
    {
        _ = Files.MakeDirectory(null, directory, OwnerOnly);
        using Fd links = Files.Open(directory, O_RDONLY | O_DIRECTORY);
        if (Libc.SymlinkAt(pod.ToString(), links.Number, name) == 0)
        {
            return true;
        }

        Errno errno = (Errno)Marshal.GetLastPInvokeError();
        return errno == Errno.EEXIST ? false : throw new NativeException("symlink", $"'{Path.Combine(directory, name)}'", errno);
    }

    /// <summary>Who has it.</summary>
    /// <returns>Null if nobody has.</returns>
    public PodId? OwnerOf(string name) => PodId.TryParse(new FileInfo(Path.Combine(directory, name)).LinkTarget ?? "", out PodId? pod) ? pod : null;

    /// <summary>Frees what a pod has.</summary>
    public void Free(PodId pod) => _ = FreeWhere(owner => owner == pod.ToString());

    /// <summary>Frees everything whose owner satisfies a condition; the owner is what the link says.</summary>
    /// <returns>The owners.</returns>
    public IReadOnlyList<string> FreeWhere(Func<string, bool> condition)
    {
        List<string> freed = [];
        foreach (FileInfo link in Links())
        {
            string owner = link.LinkTarget ?? "";
            if (condition(owner))
            {
                File.Delete(link.FullName);
                freed.Add(owner);
            }
        }

        return freed;
    }

    private FileInfo[] Links()
    {
        try
        {
            return new DirectoryInfo(directory).GetFiles();
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
