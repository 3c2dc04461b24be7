using PodManager.Output;

namespace PodManager.Commands;

/// <summary>The words for the columns of `image list`, which are rkt's.</summary>
internal static class ImageFields
{
    private static readonly IReadOnlyDictionary<string, ImageField> Words = new Dictionary<string, ImageField>(StringComparer.Ordinal)
    {
        ["id"] = ImageField.Id,
        ["name"] = ImageField.Name,
        ["size"] = ImageField.Size,
        ["importtime"] = ImageField.ImportTime,
        ["lastused"] = ImageField.LastUsed,
        ["trustedby"] = ImageField.TrustedBy,
    };

    public static string? ReadList(string text, out IReadOnlyList<ImageField> value)
    {
        string[] words = text.Split(',');
        value = [.. words.Where(Words.ContainsKey).Select(static word => Words[word]).Distinct()];
        return words.FirstOrDefault(static word => !Words.ContainsKey(word)) is { } unknown ? Fault(unknown) : null;
    }

    public static string? ReadSort(string text, out ImageField value)
    {
        bool isKnown = Words.TryGetValue(text, out value) && value is not (ImageField.Id or ImageField.TrustedBy);
        return isKnown ? null : $"'{text}' cannot be sorted by: use importtime, lastused, name or size";
    }

    /// <param name="text">The word.</param>
    /// <param name="isDescending">Whether the largest come first.</param>
    public static string? ReadOrder(string text, out bool isDescending)
    {
        isDescending = text == "desc";
        return text is "asc" or "desc" ? null : $"'{text}' is no order: use asc or desc";
    }

    private static string Fault(string word) => $"'{word}' is no field: use any of {string.Join(',', Words.Keys)}";
}
