namespace PodManager.Images.Tar;

/// <summary>An entry of an archive, as its headers describe it. Names are bytes, as they are on Linux.</summary>
internal sealed record TarEntry
{
    public required byte[] Name { get; init; }

    public required TarEntryType Type { get; init; }

    /// <summary>What a hard or symbolic link points to.</summary>
    public byte[] LinkTarget { get; init; } = [];

    /// <summary>Permission bits only.</summary>
    public uint Mode { get; init; }

    public uint Uid { get; init; }

    public uint Gid { get; init; }

    /// <summary>The file's length once it is unpacked, holes included.</summary>
    public long SizeBytes { get; init; }

    public long ModifiedSeconds { get; init; }

    public uint ModifiedNanoseconds { get; init; }

    public uint DeviceMajor { get; init; }

    public uint DeviceMinor { get; init; }

    /// <summary>Extended attributes (SCHILY.xattr.* records).</summary>
    public IReadOnlyList<TarAttribute> Attributes { get; init; } = [];

    /// <summary>Where the stored bytes belong in a file with holes; null for one without.</summary>
    public IReadOnlyList<TarRegion>? Regions { get; init; }
}
