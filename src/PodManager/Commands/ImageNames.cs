using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>Checks names of images on a command line.</summary>
internal static class ImageNames
{
    public const int One = 1;

    /// <param name="names">The words.</param>
    /// <param name="most">How many there may be.</param>
    public static IEnumerable<string> Faults(IReadOnlyList<string> names, int most = int.MaxValue)
    {
        if (names.Count == 0)
        {
            yield return "must provide an image";
        }

        if (names.Count > most)
        {
            yield return $"one image at a time, and '{names[most]}' would be a second";
        }

        foreach (string name in names)
        {
            if (ImageRef.TryParse(name, out _, out _) is { } fault)
            {
                yield return $"invalid image reference '{name}': {fault}";
            }
        }
    }

    /// <summary>Checks the words of a command that writes one image somewhere.</summary>
    public static IEnumerable<string> FaultsWithTarget(IReadOnlyList<string> words, string target)
    {
        foreach (string fault in Faults([.. words.Take(One)]))
        {
            yield return fault;
        }

        if (words.Count == One)
        {
            yield return $"must provide {target}";
        }
        else if (words.Count > One + 1)
        {
            yield return $"unexpected argument '{words[One + 1]}'";
        }
    }
}
