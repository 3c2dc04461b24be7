using System.Globalization;
using Common.Contract;
using PodManager.Pods;

namespace PodManager.Store;

/// <summary>The ranges of user and group ids that pods have, each by its first id.</summary>
internal sealed class IdRanges(PodLinks links)
{
    /// <summary>Ids in a range.</summary>
    public const uint Count = 0x10000;

    // The upper part of what systemd sets apart for containers, 0x00080000 to 0x6FFFFFFF (its document "Users, Groups, UIDs and GIDs").
    private const uint First = 0x4000_0000;
    private const uint Last = 0x6FFF_0000;
    private const int Slots = (int)(((Last - First) / Count) + 1);

    /// <summary>Takes a free range, beginning to look at a random one.</summary>
    public IdRange Allocate(PodId pod)
    {
        // No secret: it only spreads the pods. RandomNumberGenerator would load OpenSSL, which takes 8 ms.
        int start = Random.Shared.Next(Slots);
        for (int i = 0; i < Slots; i++)
        {
            uint first = First + ((uint)((start + i) % Slots) * Count);
            if (links.TryTake(first.ToString(CultureInfo.InvariantCulture), pod))
            {
                return new IdRange(first, Count);
            }
        }

        throw new PodctlException(ExitCode.Failed, $"no range of ids is free: {Slots} pods have one", "`podctl gc` frees those of pods that have ended");
    }
}
