using System.Globalization;
using System.Runtime.InteropServices;
using Common.Contract;
using Common.Native;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <summary>
/// The ranges of user and group ids that pods have: one symbolic link per range, named after its first id and pointing to the pod's UUID.
/// symlink(2) makes it in one step and fails if it is there, so that no lock is needed.
/// </summary>
internal sealed class IdRanges(string directory)
{
    /// <summary>Ids in a range.</summary>
    public const uint Count = 0x10000;

    // The upper part of what systemd sets apart for containers, 0x00080000 to 0x6FFFFFFF (its document "Users, Groups, UIDs and GIDs").
    private const uint First = 0x4000_0000;
    private const uint Last = 0x6FFF_0000;
    private const uint OwnerOnly = 0x1C0;
    private const int Slots = (int)(((Last - First) / Count) + 1);

    /// <summary>Takes a free range, beginning to look at a random one.</summary>
    public IdRange Allocate(PodId pod)
    {
        _ = Files.MakeDirectory(null, directory, OwnerOnly);
        using Fd links = Files.Open(directory, O_RDONLY | O_DIRECTORY);
        // No secret: it only spreads the pods. RandomNumberGenerator would load OpenSSL, which takes 8 ms.
        int start = Random.Shared.Next(Slots);
        for (int i = 0; i < Slots; i++)
        {
            uint first = First + ((uint)((start + i) % Slots) * Count);
            if (Libc.SymlinkAt(pod.ToString(), links.Number, Name(first)) == 0)
            {
                return new IdRange(first, Count);
            }

            Errno errno = (Errno)Marshal.GetLastPInvokeError();
            if (errno != Errno.EEXIST)
            {
                throw new NativeException("symlink", $"'{Path.Combine(directory, Name(first))}'", errno);
            }
        }

        throw new PodctlException(ExitCode.Failed, $"no range of ids is free: {Slots} pods have one", "`podctl gc` frees those of pods that have ended");
    }

    /// <summary>Frees what a pod has.</summary>
    public void Free(PodId pod) => _ = FreeWhere(owner => owner == pod.ToString());

    /// <summary>Frees every range whose owner satisfies a condition; the owner is what the link says.</summary>
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

    private static string Name(uint first) => first.ToString(CultureInfo.InvariantCulture);

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
