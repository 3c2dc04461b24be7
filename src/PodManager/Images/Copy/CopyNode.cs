using Common.Native;
using PodManager.Images.Tar;
using PodManager.Pods;

namespace PodManager.Images.Copy;

/// <summary>Something to be copied: a file, directory or link that is held, so that it stays the same whatever its name becomes.</summary>
/// <param name="status">What it is.</param>
/// <param name="ids">Whose users own it.</param>
internal abstract class CopyNode(FileStatus status, IdShift ids) : IDisposable
{
    public FileStatus Status => status;

    /// <summary>Devices and sockets mean nothing elsewhere, and a device outside would be a way out for who is inside.</summary>
    public bool IsCopied => status.Type is FileStatus.Regular or FileStatus.Directory or FileStatus.SymbolicLink or FileStatus.Fifo;

    /// <summary>Whether it is of a file system that shows the kernel's state, such as proc.</summary>
    public abstract bool IsOfKernel { get; }

    /// <summary>A pipe that has no name anywhere.</summary>
    public virtual bool IsAnonymousPipe => false;

    /// <summary>Tells names of one file from names of several; only of use for a file with several names.</summary>
    public abstract (ulong Place, ulong Inode) Identity { get; }

    /// <summary>Its headers in an archive, owners as its own users are numbered.</summary>
    public TarEntry Describe(byte[] name) => new()
    {
        Name = name,
        Type = status.Type switch
        {
            FileStatus.Directory => TarEntryType.Directory,
            FileStatus.SymbolicLink => TarEntryType.SymbolicLink,
            FileStatus.Fifo => TarEntryType.Fifo,
            _ => TarEntryType.File,
        },
        LinkTarget = status.IsSymbolicLink ? ReadLink() : [],
        Mode = status.Mode & ~FileStatus.TypeMask,
        Uid = ids.ToPod(status.Uid),
        Gid = ids.ToPod(status.Gid),
        SizeBytes = status.Type == FileStatus.Regular ? (long)status.SizeBytes : 0,
        ModifiedSeconds = status.ModifiedSeconds,
        ModifiedNanoseconds = status.ModifiedNanoseconds,
        Attributes = status.Type is FileStatus.Regular or FileStatus.Directory ? [.. Attributes().OrderBy(static attribute => Convert.ToHexString(attribute.Name), StringComparer.Ordinal)] : [],
    };

    /// <summary>What is in a directory, in the order of its names' bytes.</summary>
    public abstract IReadOnlyList<byte[]> Names();

    /// <summary>Something in a directory.</summary>
    /// <returns>Null if it is not there (any more).</returns>
    public abstract CopyNode? Open(byte[] name);

    /// <summary>A regular file's content.</summary>
    public abstract Fd OpenContent();

    public abstract void Dispose();

    /// <summary>Users' extended attributes; all others belong to where the file is.</summary>
    protected abstract IEnumerable<TarAttribute> Attributes();

    protected abstract byte[] ReadLink();

    protected static bool IsKept(byte[] attribute) => attribute.AsSpan().StartsWith("user."u8) && !attribute.AsSpan().StartsWith("user.overlay."u8);
}
