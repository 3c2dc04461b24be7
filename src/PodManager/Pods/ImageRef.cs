namespace PodManager.Pods;

/// <summary>What a user may call an image by: a name in a registry, a directory in OCI's layout, an archive, or the id of a stored image.</summary>
internal abstract record ImageRef
{
    /// <summary>The one spelling of this reference, under which the store keeps the image: `busybox` and `busybox:latest` have the same.</summary>
    public abstract string Name { get; }

    /// <summary>What the prefixes of trusted keys are compared with: the name without tag and digest.</summary>
    public virtual string TrustName => Name;

    /// <summary>Reads `docker://REF`, `docker:REF`, `REF`, `oci:DIR[:TAG]`, `oci-archive:FILE[:TAG]`, `docker-archive:FILE[:NAME[:TAG]]`, `sha256:ID` or `sha256-ID`.</summary>
    /// <exception cref="PodctlException">It is none of these; says which part is wrong.</exception>
    public static ImageRef Parse(string text)
    {
        string? problem = TryParse(text, out ImageRef? reference, out string? hint);
        return problem is null ? reference! : throw new PodctlException(ExitCode.Usage, $"invalid image reference '{text}': {problem}", hint);
    }

    /// <summary>As <see cref="Parse"/>, for a caller that collects faults.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public static string? TryParse(string text, out ImageRef? reference, out string? hint)
    {
        hint = null;
        if (text.Length == 0)
        {
            reference = null;
            return "it is empty";
        }

        if (StoredImageRef.IsId(text))
        {
            return StoredImageRef.Read(text, out reference, out hint);
        }

        if (text.StartsWith("oci:", StringComparison.Ordinal))
        {
            return LayoutRef.Read(text, out reference, out hint);
        }

        if (ArchiveRef.IsArchive(text))
        {
            return ArchiveRef.Read(text, out reference, out hint);
        }

        foreach (string scheme in (ReadOnlySpan<string>)["docker://", "docker:"])
        {
            // `docker:27` names the repository 'docker' with a tag to other tools; here, as in rkt, it is the scheme.
            if (text.StartsWith(scheme, StringComparison.Ordinal))
            {
                return RegistryRef.Read(text[scheme.Length..], out reference, out hint);
            }
        }

        reference = null;
        int schemeEnd = text.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd >= 0)
        {
            hint = "use docker://[HOST[:PORT]/]NAME[:TAG|@DIGEST], oci:DIR[:TAG], oci-archive:FILE[:TAG] or docker-archive:FILE[:NAME[:TAG]]";
            return $"the scheme '{text[..schemeEnd]}' is not known";
        }

        if (text[0] is '/' or '.')
        {
            hint = $"a directory in OCI's image layout is written `oci:{text}`, an archive `oci-archive:{text}` or `docker-archive:{text}`";
            return "a path is not an image name";
        }

        return RegistryRef.Read(text, out reference, out hint);
    }
}
