using System.Globalization;

namespace PodManager.Pods;

/// <summary>An image in a tar archive: `oci-archive:FILE[:TAG]` or `docker-archive:FILE[:NAME[:TAG]|:@INDEX]`; `-` as FILE is standard input.</summary>
/// <remarks>FILE ends at the first colon, as with other tools: what follows it may have colons and slashes itself.</remarks>
internal sealed record ArchiveRef : ImageRef
{
    private const string OciScheme = "oci-archive:";
    private const string DockerScheme = "docker-archive:";
    private const string StandardInput = "-";

    private ArchiveRef(ArchiveFormat format, string file, string? selector, int? index)
    {
        Format = format;
        File = file;
        Selector = selector;
        Index = index;
    }

    public ArchiveFormat Format { get; }

    /// <summary>Absolute, or `-`.</summary>
    public string File { get; }

    public bool IsStandardInput => File == StandardInput;

    /// <summary>The tag in an OCI archive; the whole name of the image in one of Docker's. Null if the archive is expected to hold one image.</summary>
    public string? Selector { get; }

    /// <summary>Which of the images of Docker's archive, counted from 0.</summary>
    public int? Index { get; }

    public override string Name =>
        $"{(Format == ArchiveFormat.Oci ? OciScheme : DockerScheme)}{File}{(Selector is null ? "" : ":")}{Selector}{(Index is null ? "" : $":@{Index}")}";

    public override string TrustName => $"{(Format == ArchiveFormat.Oci ? OciScheme : DockerScheme)}{File}";

    internal static bool IsArchive(string text) => text.StartsWith(OciScheme, StringComparison.Ordinal) || text.StartsWith(DockerScheme, StringComparison.Ordinal);

    internal static string? Read(string text, out ImageRef? reference, out string? hint)
    {
        reference = null;
        ArchiveFormat format = text.StartsWith(OciScheme, StringComparison.Ordinal) ? ArchiveFormat.Oci : ArchiveFormat.Docker;
        hint = format == ArchiveFormat.Oci ? "use oci-archive:FILE[:TAG]" : "use docker-archive:FILE[:NAME[:TAG]|:@INDEX]";
        string rest = text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..];
        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        string file = colon < 0 ? rest : rest[..colon];
        string? selector = colon < 0 ? null : rest[(colon + 1)..];
        if (file.Length == 0 || file.Contains('\0', StringComparison.Ordinal))
        {
            return "the file is missing";
        }

        if (selector is not null && (selector.Length == 0 || selector.Any(char.IsControl)))
        {
            return "the tag is empty or has control characters";
        }

        int? index = null;
        if (format == ArchiveFormat.Docker && selector is not null)
        {
            string? fault = selector[0] == '@' ? ReadIndex(selector[1..], out index) : ReadName(ref selector);
            if (fault is not null)
            {
                return fault;
            }
        }

        file = file == StandardInput ? file : Path.GetFullPath(file);
        if (file.Contains(':', StringComparison.Ordinal))
        {
            hint = "go to another directory, or make a link to it";
            return "the current directory's name has a colon, behind which a tag would begin";
        }

        hint = null;
        reference = new ArchiveRef(format, file, index is null ? selector : null, index);
        return null;
    }

    private static string? ReadIndex(string text, out int? index)
    {
        bool isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        index = isNumber ? number : null;
        return isNumber ? null : $"'@{text}' is no index such as @0";
    }

    /// <summary>`busybox` in the archive means what it means everywhere.</summary>
    private static string? ReadName(ref string selector)
    {
        string? fault = RegistryRef.Read(selector, out ImageRef? name, out _);
        selector = name?.Name ?? selector;
        return fault is null ? null : $"'{selector}' is no image name: {fault}";
    }
}
