using System.CommandLine;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>The flags by which notes are kept with a pod or an app: before the first image about the pod, after an image about its app.</summary>
internal sealed class NoteFlags
{
    private readonly Flag<IReadOnlyList<KeyValuePair<string, string>>> _annotations = Create("--annotation", "keep this with the pod or the app, for programs");
    private readonly Flag<IReadOnlyList<KeyValuePair<string, string>>> _userAnnotations = Create("--user-annotation", "keep this with the pod or the app, for people");
    private readonly Flag<IReadOnlyList<KeyValuePair<string, string>>> _userLabels = Create("--user-label", "a label of the pod, or of the app, which has those of its image too");

    public IReadOnlyList<Option> All => [_annotations, _userAnnotations, _userLabels];

    public IEnumerable<string> Faults(ParseResult parsed) =>
        from flag in new[] { _annotations, _userAnnotations, _userLabels }
        from key in flag.Of(parsed).CountBy(static note => note.Key).Where(static entry => entry.Value > 1).Select(static entry => entry.Key)
        select $"{flag.Name}: '{key}' is given twice";

    public Notes? Read(ParseResult parsed) => Notes.Of(_annotations.Of(parsed), _userAnnotations.Of(parsed), _userLabels.Of(parsed));

    private static Flag<IReadOnlyList<KeyValuePair<string, string>>> Create(string name, string description) =>
        Flags.Many<KeyValuePair<string, string>>(name, "KEY=VALUE", description, ReadNote);

    private static string? ReadNote(string text, out IReadOnlyList<KeyValuePair<string, string>> value)
    {
        value = text.Split('=', 2) is [string name, string note] && Notes.IsNote(name, note) ? [new KeyValuePair<string, string>(name, note)] : [];
        return value.Count > 0 ? null : $"'{text}' is not KEY=VALUE";
    }
}
