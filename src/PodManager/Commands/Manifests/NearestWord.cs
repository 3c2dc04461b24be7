namespace PodManager.Commands.Manifests;

/// <summary>Finds what somebody may have meant by a word that nobody knows.</summary>
internal static class NearestWord
{
    // Of a word that is longer, no known one can be meant.
    private const int LongestWord = 40;

    // Two letters of so few make another word.
    private const int ShortWord = 4;

    /// <returns>Null if no word is near.</returns>
    public static string? Of(string word, IEnumerable<string> known)
    {
        if (word.Length > LongestWord)
        {
            return null;
        }

        string lower = Plain(word);
        (string? Word, int Distance) best = known.Select(candidate => ((string?)candidate, Distance(lower, Plain(candidate)))).DefaultIfEmpty((null, int.MaxValue)).MinBy(static entry => entry.Item2);
        return best.Distance <= (lower.Length < ShortWord ? 1 : Math.Max(2, lower.Length / 3)) ? best.Word
            : lower.Length >= 3 ? known.FirstOrDefault(candidate => Plain(candidate).StartsWith(lower, StringComparison.Ordinal)) : null;
    }

    // Other tools' spellings: `read-only-root`, `read_only_root`.
    private static string Plain(string word) => word.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>How many letters are to be put in, taken out or changed (Levenshtein).</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
