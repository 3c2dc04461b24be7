namespace PodManager.Commands.Manifests;

/// <summary>Where something is in a manifest, both from 1.</summary>
internal readonly record struct ManifestPlace(long Line, long Column);

/// <summary>A value in a manifest.</summary>
internal abstract record ManifestNode(ManifestPlace Place);

/// <summary>One value. What it means is decided by whoever asks for it, not by what it looks like: `NO` is no boolean where a name is expected.</summary>
/// <param name="Place">Where it begins.</param>
/// <param name="Text">Without quotes and escapes.</param>
/// <param name="IsPlain">It was written without quotes: a number and `true` are never in any.</param>
internal sealed record ManifestText(ManifestPlace Place, string Text, bool IsPlain) : ManifestNode(Place)
{
    /// <summary>Nothing is there, or a word that means so.</summary>
    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";
}

/// <summary>A list of values.</summary>
internal sealed record ManifestList(ManifestPlace Place, IReadOnlyList<ManifestNode> Items) : ManifestNode(Place);

/// <summary>Keys with their values.</summary>
internal sealed record ManifestMap(ManifestPlace Place, IReadOnlyList<ManifestEntry> Entries) : ManifestNode(Place);

/// <summary>A key with its value.</summary>
internal sealed record ManifestEntry(ManifestText Key, ManifestNode Value);
