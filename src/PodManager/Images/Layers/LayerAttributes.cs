using PodManager.Images.Tar;

namespace PodManager.Images.Layers;

/// <summary>Which extended attributes of an archive a layer gets.</summary>
internal static class LayerAttributes
{
    /// <summary>
    /// Users' attributes, file capabilities and access lists belong to an image. `trusted.*` steers overlay and is not for an archive to say; other
    /// `security.*` is the host's policy (SELinux labels, IMA hashes). Left out in silence, as other engines do.
    /// </summary>
    public static bool IsKept(TarAttribute attribute, TarEntryType type)
    {
        ReadOnlySpan<byte> name = attribute.Name;
        if (name.StartsWith("user."u8))
        {
            // The kernel allows them on nothing else (xattr(7)). user.overlay.* would steer an overlay that is mounted with userxattr.
            return type is TarEntryType.File or TarEntryType.Directory && !name.StartsWith("user.overlay."u8);
        }

        return name.SequenceEqual("security.capability"u8)
            || name.SequenceEqual("system.posix_acl_access"u8)
            || name.SequenceEqual("system.posix_acl_default"u8);
    }
}
