namespace PodManager.Pods;

/// <summary>What users and programs have noted about a pod or an app. podctl keeps and shows it, and makes nothing of it.</summary>
internal sealed record Notes
{
    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    /// <summary>`--annotation`; by name, as are the others. Null if there is none.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>`--user-annotation`.</summary>
    public IReadOnlyDictionary<string, string>? UserAnnotations { get; init; }

    /// <summary>`--user-label`; for an app, with its image's labels.</summary>
    public IReadOnlyDictionary<string, string>? UserLabels { get; init; }

    /// <returns>Null if there is nothing.</returns>
    public static Notes? Of(
        IEnumerable<KeyValuePair<string, string>> annotations, IEnumerable<KeyValuePair<string, string>> userAnnotations, IEnumerable<KeyValuePair<string, string>> userLabels)
    {
        Notes notes = new() { Annotations = Sorted(annotations), UserAnnotations = Sorted(userAnnotations), UserLabels = Sorted(userLabels) };
        return notes == new Notes() ? null : notes;
    }

    /// <summary>An app's notes with the labels of its image, which its own beat.</summary>
    public static Notes? WithLabels(Notes? own, IReadOnlyDictionary<string, string> ofImage) =>
        Of(
            own?.Annotations ?? None,
            own?.UserAnnotations ?? None,
            ofImage.Where(label => IsNote(label.Key, label.Value) && own?.UserLabels?.ContainsKey(label.Key) != true).Concat(own?.UserLabels ?? None));

    /// <summary>It has a name, and neither name nor text has a zero byte.</summary>
    public static bool IsNote(string name, string text) => name.Length > 0 && !name.Contains('\0', StringComparison.Ordinal) && !text.Contains('\0', StringComparison.Ordinal);

    private static SortedDictionary<string, string>? Sorted(IEnumerable<KeyValuePair<string, string>> notes)
    {
        SortedDictionary<string, string> sorted = new(notes.ToDictionary(), StringComparer.Ordinal);
        return sorted.Count > 0 ? sorted : null;
    }
}
