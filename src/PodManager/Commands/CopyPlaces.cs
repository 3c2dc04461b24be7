using PodManager.Lifecycle;

namespace PodManager.Commands;

/// <summary>The two words of `podctl cp`: which of them is in a pod.</summary>
/// <param name="Pod">The pod's name or UUID.</param>
/// <param name="PodPath">The path in it.</param>
/// <param name="HostPath">The path on the host, or `-`.</param>
/// <param name="IsIntoPod">The second word is the one in the pod.</param>
internal sealed record CopyPlaces(string Pod, string PodPath, string HostPath, bool IsIntoPod)
{
    /// <summary>Reads the words.</summary>
    /// <returns>Null, or what is wrong with them.</returns>
    public static string? TryParse(IReadOnlyList<string> words, out CopyPlaces? places)
    {
        places = null;
        if (words.Count != 2)
        {
            return words.Count > 2 ? $"unexpected argument '{words[2]}'" : "must provide a source and a destination, one of them POD:PATH";
        }

        (string Pod, string Path)? source = Split(words[0]);
        (string Pod, string Path)? target = Split(words[1]);
        if (source is not null && target is not null)
        {
            return "one of source and destination must be on the host: `podctl cp A:PATH - | podctl cp - B:PATH` copies from pod to pod";
        }

        if ((source ?? target) is not { } inPod)
        {
            return "neither source nor destination is POD:PATH; a path on the host that has a colon begins with / or ./";
        }

        string host = source is null ? words[0] : words[1];
        if (inPod.Path.Length == 0 || host.Length == 0)
        {
            return $"'{(host.Length == 0 ? host : inPod.Pod + ":")}' has no path";
        }

        places = new CopyPlaces(inPod.Pod, inPod.Path, host, source is null);
        return null;
    }

    /// <returns>Null if it is on the host: `-`, a path that begins with `/` or `.`, or a word without a colon.</returns>
    private static (string Pod, string Path)? Split(string word)
    {
        int colon = word.IndexOf(':', StringComparison.Ordinal);
        return word is CopyOptions.Stream or ['/' or '.', ..] || colon <= 0 || word.AsSpan(0, colon).Contains('/') ? null : (word[..colon], word[(colon + 1)..]);
    }
}
