using System.Globalization;
using Common.Contract;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`--private-users`: `no`, `pick` or `BASE[:COUNT]`, as systemd-nspawn(1) takes them.</summary>
internal static class UserRange
{
    // Below are the host's own users, above is what systemd sets apart for the ids of foreign images and for nobody (its document "Users, Groups, UIDs and GIDs").
    private const uint First = 0x10000;
    private const uint Last = 0x7FFD_FFFF;

    public static string? Read(string text, out PodUsers value)
    {
        value = PodUsers.Pick;
        if (text == "pick")
        {
            return null;
        }

        if (Flags.ReadBool(text, out bool isPrivate) is null)
        {
            value = isPrivate ? PodUsers.Pick : PodUsers.Host;
            return null;
        }

        string[] words = text.Split(':');
        uint count = PodUsers.DefaultCount;
        if (words.Length > 2 || !TryRead(words[0], out uint first) || (words.Length == 2 && !TryRead(words[1], out count)))
        {
            return $"'{text}' is none of no, pick and BASE[:COUNT]";
        }

        value = new PodUsers(true, new IdRange(first, count));
        return FaultOf(value.Given!);
    }

    /// <summary>A word from which the same range comes.</summary>
    public static string Word(IdRange range) => string.Create(CultureInfo.InvariantCulture, $"{range.Base}:{range.Count}");

    private static string? FaultOf(IdRange range) =>
        range.Count < PodUsers.DefaultCount ? $"{range.Count} ids are not enough: a pod's systemd is group {PodPlan.ManagerGroup}, and images know a user 65534"
        : range.Base < First || range.Count - 1 > Last - Math.Min(range.Base, Last) ? $"the ids {range.Base} to {(ulong)range.Base + range.Count - 1} are not all between {First} and {Last}, where no users of the host's own are"
        : HostIds.Find(range) is { } user ? $"the ids {range.Base} to {range.Base + range.Count - 1} are not the pod's alone: {user}"
        : null;

    private static bool TryRead(string text, out uint value) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
