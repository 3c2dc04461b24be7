namespace PodManager.Lifecycle;

/// <summary>A file of an image.</summary>
/// <param name="HostPath">Where its content is on the host, inside one layer; no component of it that the image controls is a link.</param>
/// <param name="Mode">st_mode, type bits included (inode(7)).</param>
/// <param name="Uid">The owner inside the image.</param>
/// <param name="Gid">The group inside the image.</param>
internal sealed record ImageFile(string HostPath, uint Mode, uint Uid, uint Gid)
{
    private const uint TypeMask = 0xF000;

    public bool IsDirectory => (Mode & TypeMask) == 0x4000;

    public bool IsRegular => (Mode & TypeMask) == 0x8000;

    /// <summary>Whether anybody may execute it.</summary>
    public bool IsExecutable => IsRegular && (Mode & 0x49) != 0;
}
