namespace PodManager.Pods;

/// <summary>The comma list in which <see cref="InsecureOptions"/> are written.</summary>
internal static class InsecureOptionList
{
    private static readonly (string Word, InsecureOptions Options)[] Words =
    [
        ("none", InsecureOptions.None),
        ("image", InsecureOptions.Image),
        ("tls", InsecureOptions.Tls),
        ("http", InsecureOptions.Http),
        ("pubkey", InsecureOptions.PubKey),
        ("capabilities", InsecureOptions.Capabilities),
        ("paths", InsecureOptions.Paths),
        ("seccomp", InsecureOptions.Seccomp),
        ("ondisk", InsecureOptions.None),
        ("all-fetch", InsecureOptions.AllFetch),
        ("all-run", InsecureOptions.AllRun),
        ("all", InsecureOptions.All),
    ];

    /// <summary>Every word that is taken.</summary>
    public static string AllWords => string.Join(", ", Words.Select(static entry => entry.Word));

    public static bool TryParse(string text, out InsecureOptions options) => Faults(text, out options).Count == 0;

    /// <summary>Reads a list strictly.</summary>
    /// <returns>What is wrong with it, each fault once.</returns>
    public static IReadOnlyList<string> Faults(string text, out InsecureOptions options)
    {
        List<string> faults = [];
        HashSet<string> seen = [];
        options = InsecureOptions.None;
        foreach (string word in text.ToLowerInvariant().Split(','))
        {
            int index = Array.FindIndex(Words, entry => entry.Word == word);
            if (index < 0)
            {
                faults.Add($"unknown value '{word}'");
            }
            else if (!seen.Add(word))
            {
                faults.Add($"value '{word}' is given twice");
            }
            else
            {
                options |= Words[index].Options;
            }
        }

        return [.. faults.Distinct()];
    }

    public static string Format(InsecureOptions options)
    {
        // The single ones only: a combination is written as its parts.
        IEnumerable<string> words = Words
            .Where(entry => entry.Options != InsecureOptions.None && int.IsPow2((int)entry.Options) && options.HasFlag(entry.Options))
            .Select(static entry => entry.Word);
        string text = string.Join(',', words);
        return text.Length > 0 ? text : "none";
    }
}
