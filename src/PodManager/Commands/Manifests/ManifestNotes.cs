using PodManager.Pods;

namespace PodManager.Commands.Manifests;

/// <summary>The notes of a pod or an app in its manifest.</summary>
internal static class ManifestNotes
{
    public static Notes? Read(ManifestSection section)
    {
        IReadOnlyList<KeyValuePair<string, string>> Texts(string key) => section.Texts(key, static (name, text) => Notes.IsNote(name, text) ? null : $"'{name}' is no name of a note");

        return Notes.Of(Texts("annotations"), Texts("userAnnotations"), Texts("userLabels"));
    }
}
