namespace Common.Native;

/// <summary>What statx(2) says about a file.</summary>
internal readonly record struct FileStatus(
    uint Mode, uint Uid, uint Gid, ulong Inode, ulong Device, uint SpecialMajor, uint SpecialMinor, uint Links, ulong SizeBytes, long ModifiedSeconds,
    uint ModifiedNanoseconds, bool IsMountRoot = false)
{
    /// <summary>STATX_ATTR_MOUNT_ROOT, statx(2): something is mounted there.</summary>
    internal const ulong MountRootAttribute = 0x2000;

    internal const uint TypeMask = 0xF000;
    internal const uint Fifo = 0x1000;
    internal const uint CharacterDevice = 0x2000;
    internal const uint Directory = 0x4000;
    internal const uint BlockDevice = 0x6000;
    internal const uint Regular = 0x8000;
    internal const uint SymbolicLink = 0xA000;
    internal const uint Socket = 0xC000;

    internal uint Type => Mode & TypeMask;

    internal bool IsDirectory => Type == Directory;

    internal bool IsSymbolicLink => Type == SymbolicLink;

    /// <summary>Whether it is overlay's mark for a name that is deleted from the layers below: a 0/0 character device.</summary>
    internal bool IsWhiteout => Type == CharacterDevice && SpecialMajor == 0 && SpecialMinor == 0;
}
