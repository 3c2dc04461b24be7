using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>Checks names of images on a command line.</summary>
internal static class ImageNames
{
    public static IEnumerable<string> Faults(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
        {
            yield return "must provide an image";
        }

        foreach (string name in names)
        {
            if (ImageRef.TryParse(name, out _, out _) is { } fault)
            {
                yield return $"invalid image reference '{name}': {fault}";
            }
        }
    }
}
