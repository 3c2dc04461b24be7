using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace Common.Native;

/// <summary>
/// File calls for names that came from elsewhere and are bytes, not text. A name is relative to a directory's descriptor, and its last component is
/// never followed if it is a link.
/// </summary>
internal static unsafe partial class RawFiles
{
    private const int PathLimit = 4096;
    private const uint BasicStats = 0x7ff;

    /// <summary>openat(2), close-on-exec.</summary>
    internal static Fd Open(Fd directory, ReadOnlySpan<byte> name, int flags, uint mode = 0) =>
        TryOpen(directory, name, flags, mode, out Errno errno) ?? throw Failure("open", name, errno);

    /// <summary>As <see cref="Open"/>, for a caller that expects failure.</summary>
    internal static Fd? TryOpen(Fd directory, ReadOnlySpan<byte> name, int flags, uint mode, out Errno errno)
    {
        byte* path = stackalloc byte[LengthOf(name)];
        Terminate(name, path);
        do
        {
            int fd = Libc.OpenAt(directory.Number, path, flags | O_CLOEXEC | O_NOFOLLOW, mode);
            if (fd >= 0)
            {
                errno = Errno.None;
                return new Fd(fd);
            }

            errno = LastError();
        }
        while (errno == Errno.EINTR);
        return null;
    }

    /// <summary>Opens a path as a process with <paramref name="root"/> as its root would, links included; nothing leads out of it (openat2(2)).</summary>
    internal static Fd? TryOpenInRoot(
        Fd root, ReadOnlySpan<byte> name, int flags, out Errno errno, Files.Resolve resolve = Files.Resolve.InRoot | Files.Resolve.NoMagicLinks)
    {
        byte* path = stackalloc byte[LengthOf(name)];
        Terminate(name, path);
        Libc.OpenHow how = new()
        {
            Flags = (ulong)(uint)(flags | O_CLOEXEC),
            Resolve = (ulong)resolve,
        };
        do
        {
            long fd = Libc.SysCall(Libc.SysOpenAt2, root.Number, (nint)path, (nint)(&how), sizeof(Libc.OpenHow), 0);
            if (fd >= 0)
            {
                errno = Errno.None;
                return new Fd((int)fd);
            }

            // EAGAIN: a rename elsewhere made the resolution unsafe for a moment.
            errno = LastError();
        }
        while (errno is Errno.EINTR or Errno.EAGAIN);
        return null;
    }

    /// <summary>mkdirat(2).</summary>
    /// <returns>False if something has that name.</returns>
    internal static bool TryMakeDirectory(Fd directory, ReadOnlySpan<byte> name, uint mode)
    {
        byte* path = stackalloc byte[LengthOf(name)];
        Terminate(name, path);
        return Created(Libc.MkDirAt(directory.Number, path, mode), "mkdir", name);
    }

    /// <summary>mknodat(2): devices and fifos; the type is in <paramref name="mode"/>.</summary>
    /// <returns>False if something has that name.</returns>
    internal static bool TryMakeNode(Fd directory, ReadOnlySpan<byte> name, uint mode, uint major, uint minor)
    {
        byte* path = stackalloc byte[LengthOf(name)];
        Terminate(name, path);
        return Created(Libc.MkNodAt(directory.Number, path, mode, DeviceNumber(major, minor)), "mknod", name);
    }

    /// <summary>symlinkat(2).</summary>
    /// <returns>False if something has that name.</returns>
    internal static bool TryMakeSymbolicLink(Fd directory, ReadOnlySpan<byte> name, ReadOnlySpan<byte> target)
    {
        byte* path = stackalloc byte[LengthOf(name)];
        Terminate(name, path);
        byte* content = stackalloc byte[LengthOf(target)];
        Terminate(target, content);
        return Created(Libc.SymlinkAt(content, directory.Number, path), "symlink", name);
    }

    /// <summary>linkat(2).</summary>
    /// <returns>False if something has that name.</returns>
    internal static bool TryMakeHardLink(Fd targetDirectory, ReadOnlySpan<byte> targetName, Fd directory, ReadOnlySpan<byte> name)
    {
        byte* path = stackalloc byte[LengthOf(name)];
        Terminate(name, path);
        byte* target = stackalloc byte[LengthOf(targetName)];
        Terminate(targetName, target);
        return Created(Libc.LinkAt(targetDirectory.Number, target, directory.Number, path, flags: 0), "link", targetName);
    }

    /// <summary>fchownat(2).</summary>
    internal static void SetOwner(Fd directory, ReadOnlySpan<byte> name, uint uid, uint gid)
    {
        byte* path = stackalloc byte[LengthOf(name)];
        Terminate(name, path);
        ThrowIfFailed(Libc.FChOwnAt(directory.Number, path, uid, gid, Libc.AtSymlinkNoFollow), "chown", name);
    }

    /// <summary>fchmodat(2); the name must not be a symbolic link, which it would follow.</summary>
    internal static void SetMode(Fd directory, ReadOnlySpan<byte> name, uint mode)
    {
        byte* path = stackalloc byte[LengthOf(name)];
        Terminate(name, path);
        ThrowIfFailed(Libc.FChModAt(directory.Number, path, mode, flags: 0), "chmod", name);
    }

    /// <summary>utimensat(2): sets the time of the last change of content, and the last access to the same.</summary>
    internal static void SetTime(Fd directory, ReadOnlySpan<byte> name, long seconds, uint nanoseconds)
    {
        byte* path = stackalloc byte[LengthOf(name)];
        Terminate(name, path);
        long* times = stackalloc long[] { seconds, nanoseconds, seconds, nanoseconds };
        ThrowIfFailed(Libc.UTimeNsAt(directory.Number, path, times, Libc.AtSymlinkNoFollow), "utimensat", name);
    }

    /// <summary>As <see cref="SetTime(Fd, ReadOnlySpan{byte}, long, uint)"/>, of an open file.</summary>
    internal static void SetTime(Fd file, long seconds, uint nanoseconds)
    {
        long* times = stackalloc long[] { seconds, nanoseconds, seconds, nanoseconds };
        ThrowIfFailed(Libc.FUTimeNs(file.Number, times), "futimens", []);
    }

    /// <summary>statx(2).</summary>
    /// <returns>Null if there is nothing of that name.</returns>
    internal static FileStatus? Status(Fd directory, ReadOnlySpan<byte> name)
    {
        byte* path = stackalloc byte[LengthOf(name)];
        Terminate(name, path);
        Libc.StatXBuffer buffer;
        int flags = Libc.AtSymlinkNoFollow | (name.IsEmpty ? Libc.AtEmptyPath : 0);
        if (Libc.StatX(directory.Number, path, flags, BasicStats, &buffer) < 0)
        {
            Errno errno = LastError();
            return errno is Errno.ENOENT or Errno.ENOTDIR ? null : throw Failure("stat", name, errno);
        }

        ulong device = (ulong)buffer.DeviceMajor << 32 | buffer.DeviceMinor;
        return new FileStatus(
            buffer.Mode, buffer.Uid, buffer.Gid, buffer.Inode, device, buffer.SpecialMajor, buffer.SpecialMinor, buffer.Links, buffer.Size,
            buffer.Modified.Seconds, buffer.Modified.Nanoseconds, (buffer.Attributes & FileStatus.MountRootAttribute) != 0);
    }

    /// <summary>readlinkat(2): what a symbolic link points to.</summary>
    internal static byte[] ReadLink(Fd directory, ReadOnlySpan<byte> name)
    {
        byte* path = stackalloc byte[LengthOf(name)];
        Terminate(name, path);
        byte* buffer = stackalloc byte[PathLimit];
        nint length = Libc.ReadLinkAt(directory.Number, path, buffer, PathLimit);
        ThrowIfFailed(length < 0 ? -1 : 0, "readlink", name);
        return new ReadOnlySpan<byte>(buffer, (int)length).ToArray();
    }

    /// <summary>unlinkat(2).</summary>
    /// <returns>False if it is a directory.</returns>
    internal static bool TryRemoveFile(Fd directory, ReadOnlySpan<byte> name)
    {
        Errno errno = Unlink(directory, name, flags: 0);
        return errno switch
        {
            Errno.None or Errno.ENOENT => true,
            Errno.EISDIR => false,
            _ => throw Failure("unlink", name, errno),
        };
    }

    /// <summary>unlinkat(2) of a directory.</summary>
    /// <returns>False if it is not empty.</returns>
    internal static bool TryRemoveDirectory(Fd directory, ReadOnlySpan<byte> name)
    {
        Errno errno = Unlink(directory, name, Libc.AtRemoveDir);
        return errno switch
        {
            Errno.None or Errno.ENOENT => true,
            Errno.ENOTEMPTY or Errno.EEXIST => false,
            _ => throw Failure("rmdir", name, errno),
        };
    }

    /// <summary>renameat(2).</summary>
    internal static void Rename(Fd oldDirectory, ReadOnlySpan<byte> oldName, Fd newDirectory, ReadOnlySpan<byte> newName)
    {
        byte* from = stackalloc byte[LengthOf(oldName)];
        Terminate(oldName, from);
        byte* to = stackalloc byte[LengthOf(newName)];
        Terminate(newName, to);
        ThrowIfFailed(Libc.RenameAt(oldDirectory.Number, from, newDirectory.Number, to), "rename", oldName);
    }

    /// <summary>renameat2(2), RENAME_EXCHANGE: each of two names gets what the other one had.</summary>
    internal static void Exchange(Fd directory, ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        const uint exchange = 2;
        byte* from = stackalloc byte[LengthOf(one)];
        Terminate(one, from);
        byte* to = stackalloc byte[LengthOf(other)];
        Terminate(other, to);
        ThrowIfFailed(Libc.RenameAt2(directory.Number, from, directory.Number, to, exchange), "rename", other);
    }

    private static Errno Unlink(Fd directory, ReadOnlySpan<byte> name, int flags)
    {
        byte* path = stackalloc byte[LengthOf(name)];
        Terminate(name, path);
        return Libc.UnlinkAt(directory.Number, path, flags) == 0 ? Errno.None : LastError();
    }

    // makedev(3) as glibc encodes it.
    private static ulong DeviceNumber(uint major, uint minor) =>
        (major & 0xffful) << 8 | (major & 0xfffff000ul) << 32 | minor & 0xfful | (minor & 0xffffff00ul) << 12;

    private static int LengthOf(ReadOnlySpan<byte> name) => name.Length < PathLimit ? name.Length + 1 : throw Failure("path", name[..64], Errno.ENAMETOOLONG);

    private static void Terminate(ReadOnlySpan<byte> name, byte* buffer)
    {
        name.CopyTo(new Span<byte>(buffer, name.Length));
        buffer[name.Length] = 0;
    }

    private static bool Created(int result, string call, ReadOnlySpan<byte> name)
    {
        if (result == 0)
        {
            return true;
        }

        Errno errno = LastError();
        return errno == Errno.EEXIST ? false : throw Failure(call, name, errno);
    }

    private static void ThrowIfFailed(int result, string call, ReadOnlySpan<byte> name)
    {
        if (result < 0)
        {
            throw Failure(call, name, LastError());
        }
    }

    private static NativeException Failure(string call, ReadOnlySpan<byte> name, Errno errno) =>
        new(call, name.IsEmpty ? "" : $"'{ByteText.Escape(name)}'", errno);

    private static Errno LastError() => (Errno)Marshal.GetLastPInvokeError();
}
