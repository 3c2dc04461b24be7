namespace PodManager.Images.Copy;

/// <summary>Where a copy goes, by the rules that cp(1) has not but docker-cp(1) and podman-cp(1) have. Pure, so that they can be read as a table.</summary>
internal static class CopyRules
{
    /// <param name="isDirectory">The source is one.</param>
    /// <param name="isContent">Of a directory, what is in it is meant: its path ends in `/.`.</param>
    /// <param name="target">What the destination is now.</param>
    /// <param name="wantsDirectory">The destination's path ends in `/`.</param>
    /// <param name="overwrites">A directory may take the place of a file.</param>
    public static CopyWay Decide(bool isDirectory, bool isContent, TargetKind target, bool wantsDirectory, bool overwrites) => (isDirectory, target) switch
    {
        (_, TargetKind.Directory) => isDirectory && isContent ? CopyWay.Content : CopyWay.Into,
        (false, TargetKind.Missing) => wantsDirectory ? CopyWay.NoSuchDirectory : CopyWay.As,
        (false, TargetKind.File) => wantsDirectory ? CopyWay.NoDirectory : CopyWay.As,
        (true, TargetKind.Missing) => CopyWay.As,
        _ => overwrites ? CopyWay.As : CopyWay.DirectoryOnFile,
    };
}
