namespace PodManager.Pods;

/// <summary>An image in a directory in OCI's image layout (OCI image-spec, image-layout.md): `oci:DIR[:TAG]`.</summary>
internal sealed record LayoutRef : ImageRef
{
    private LayoutRef(string directory, string? tag)
    {
        Directory = directory;
        Tag = tag;
    }

    /// <summary>Absolute.</summary>
    public string Directory { get; }

    /// <summary>Null if the directory is expected to hold one image.</summary>
    public string? Tag { get; }

    /// <remarks>A slash keeps a colon in the directory's own name from being read as the beginning of a tag.</remarks>
    public override string Name => Tag is not null ? $"oci:{Directory}:{Tag}" : Path.GetFileName(Directory).Contains(':', StringComparison.Ordinal) ? $"oci:{Directory}/" : $"oci:{Directory}";

    public override string TrustName => $"oci:{Directory}";

    internal static string? Read(string text, out ImageRef? reference, out string? hint)
    {
        reference = null;
        hint = null;
        string directory = text["oci:".Length..];
        string? tag = null;
        int colon = directory.LastIndexOf(':');
        if (colon >= 0 && !directory[colon..].Contains('/', StringComparison.Ordinal))
        {
            tag = directory[(colon + 1)..];
            directory = directory[..colon];
        }

        if (directory.Length == 0)
        {
            hint = "use oci:DIR or oci:DIR:TAG";
            return "the directory is missing";
        }

        if (directory.Contains('\0', StringComparison.Ordinal) || tag is not null && (tag.Length == 0 || tag.Any(char.IsControl)))
        {
            return "the tag is empty or has control characters";
        }

        reference = new LayoutRef(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)), tag);
        return null;
    }
}
