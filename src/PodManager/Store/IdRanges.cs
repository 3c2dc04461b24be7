using System.Globalization;
using Common.Contract;
using PodManager.Pods;

namespace PodManager.Store;

/// <summary>The ranges of user and group ids that pods have, each by its first id.</summary>
internal sealed class IdRanges(PodLinks links)
{
    /// <summary>Ids in a range.</summary>
    public const uint Count = PodUsers.DefaultCount;

    // The upper part of what systemd sets apart for containers, 0x00080000 to 0x6FFFFFFF (its document "Users, Groups, UIDs and GIDs").
    private const uint First = 0x4000_0000;
    private const uint Last = 0x6FFF_0000;
    private const int Slots = (int)(((Last - First) / Count) + 1);

    /// <summary>The links that keep a range: one for each block of ids of which it has some, so that ranges that begin anywhere overlap in no block.</summary>
    public static IEnumerable<string> SlotsOf(IdRange range)
    {
        uint last = (range.Base + range.Count - 1) / Count;
        for (uint block = range.Base / Count; block <= last; block++)
        {
            yield return NameOf(block * Count);
        }
    }

    /// <summary>Takes a range that was asked for, all of it or none.</summary>
    /// <returns>False if another pod has some of it.</returns>
    public bool TryTake(PodId pod, IdRange wanted)
    {
        if (SlotsOf(wanted).All(slot => links.TryTake(slot, pod)))
        {
            return true;
        }

        links.Free(pod);
        return false;
    }

    /// <summary>Takes a free range, beginning to look at a random one.</summary>
    public IdRange Allocate(PodId pod)
    {
        // No secret: it only spreads the pods. RandomNumberGenerator would load OpenSSL, which takes 8 ms.
        int start = Random.Shared.Next(Slots);
        for (int i = 0; i < Slots; i++)
        {
            uint first = First + ((uint)((start + i) % Slots) * Count);
            if (links.TryTake(NameOf(first), pod))
            {
                return new IdRange(first, Count);
            }
        }

        throw new PodctlException(ExitCode.Failed, $"no range of ids is free: {Slots} pods have one", "`podctl gc` frees those of pods that have ended");
    }

    private static string NameOf(uint first) => first.ToString(CultureInfo.InvariantCulture);
}
