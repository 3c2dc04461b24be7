using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Common.Native;

/// <summary>Typed wrappers for opening and changing files by descriptor.</summary>
internal static unsafe class Files
{
    private const int LockShared = 1;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int SmallFile = 4096;

    /// <summary>Opens /dev/null in the place of each standard stream that is closed.</summary>
    /// <returns>Whether standard output is such a one.</returns>
    internal static bool FillStandardStreams()
    {
        bool isOutputMissing = false;
        for (int number = 0; number <= 2; number++)
        {
            // open(2) takes the lowest number that is free.
            if (Libc.FCntl(number, F_GETFD, 0) < 0)
            {
                _ = Libc.Open("/dev/null", O_RDWR, 0);
                isOutputMissing |= number == 1;
            }
        }

        return isOutputMissing;
    }

    /// <summary>What this process has been started with, beyond the standard streams, is for nobody that it starts: a directory among it would be a way out of a pod (close_range(2)).</summary>
    internal static void KeepFromChildren()
    {
        const nint closeOnExec = 4; // CLOSE_RANGE_CLOEXEC
        _ = Libc.SysCall(Libc.SysCloseRange, 3, int.MaxValue, closeOnExec, 0, 0);
    }

    /// <summary>How openat2(2) may resolve a path below its directory.</summary>
    [Flags]
    internal enum Resolve : ulong
    {
        NoMountCrossing = 0x01,
        NoMagicLinks = 0x02,
        NoSymlinks = 0x04,
        Beneath = 0x08,
        InRoot = 0x10,
    }

    /// <summary>open(2), close-on-exec; <paramref name="flags"/> from Tmds.LibC.</summary>
    internal static Fd Open(string path, int flags, uint mode = 0) => OpenAt(null, path, flags, mode);

    internal static Fd OpenAt(Fd? directory, string path, int flags, uint mode = 0)
    {
        while (true)
        {
            int fd = Libc.OpenAt(directory?.Number ?? Libc.AtFdCwd, path, flags | O_CLOEXEC, mode);
            if (fd >= 0)
            {
                return new Fd(fd);
            }

            Errno errno = (Errno)Marshal.GetLastPInvokeError();
            if (errno != Errno.EINTR)
            {
                throw new NativeException("open", $"'{path}'", errno);
            }
        }
    }

    /// <summary>Opens a path as a process with <paramref name="root"/> as its root directory would: no link and no '..' leads out (openat2(2)).</summary>
    internal static Fd OpenInRoot(Fd root, string path, int flags, uint mode = 0, Resolve resolve = Resolve.InRoot | Resolve.NoMagicLinks)
    {
        Libc.OpenHow how = new() { Flags = (ulong)(uint)(flags | O_CLOEXEC), Mode = mode, Resolve = (ulong)resolve };
        nint pathBytes = Marshal.StringToCoTaskMemUTF8(path);
        try
        {
            while (true)
            {
                long fd = Libc.SysCall(Libc.SysOpenAt2, root.Number, pathBytes, (nint)(&how), sizeof(Libc.OpenHow), 0);
                if (fd >= 0)
                {
                    return new Fd((int)fd);
                }

                // EAGAIN: a rename elsewhere made the resolution unsafe for a moment, openat2(2).
                Errno errno = (Errno)Marshal.GetLastPInvokeError();
                if (errno is not (Errno.EINTR or Errno.EAGAIN))
                {
                    throw new NativeException("openat2", $"'{path}'", errno);
                }
            }
        }
        finally
        {
            Marshal.FreeCoTaskMem(pathBytes);
        }
    }

    /// <summary>A file in memory, without a name in any directory (memfd_create(2)).</summary>
    internal static Fd OpenMemory(string name)
    {
        const nint closeOnExec = 1; // MFD_CLOEXEC
        nint text = Marshal.StringToCoTaskMemUTF8(name);
        try
        {
            return new Fd((int)NativeException.ThrowIfFailed(Libc.SysCall(Libc.SysMemFdCreate, text, closeOnExec, 0, 0, 0), "memfd_create", name));
        }
        finally
        {
            Marshal.FreeCoTaskMem(text);
        }
    }

    /// <summary>A file in a directory without a name in it: nothing of it is left, however this process ends (open(2), O_TMPFILE).</summary>
    internal static Fd OpenUnnamed(string directory, uint mode)
    {
        const int temporary = 0x400000; // O_TMPFILE without O_DIRECTORY
        return Open(directory, temporary | O_DIRECTORY | O_RDWR, mode);
    }

    /// <summary>Keeps a descriptor that was inherited from this process's own children (FD_CLOEXEC, fcntl(2)).</summary>
    internal static void CloseOnExec(int fd)
    {
        const int setFlags = 2;
        _ = NativeException.ThrowIfFailed(Libc.FCntl(fd, setFlags, 1), "fcntl", $"(descriptor {fd})");
    }

    /// <summary>mkdirat(2); a directory that is there already is success.</summary>
    /// <returns>Whether it was made now.</returns>
    internal static bool MakeDirectory(Fd? directory, string path, uint mode)
    {
        if (Libc.MkDirAt(directory?.Number ?? Libc.AtFdCwd, path, mode) == 0)
        {
            return true;
        }

        Errno errno = (Errno)Marshal.GetLastPInvokeError();
        return errno == Errno.EEXIST ? false : throw new NativeException("mkdir", $"'{path}'", errno);
    }

    /// <summary>fchownat(2), never following a link.</summary>
    internal static void SetOwner(Fd? directory, string path, uint uid, uint gid) => NativeException.ThrowIfFailed(
        Libc.FChOwnAt(directory?.Number ?? Libc.AtFdCwd, path, uid, gid, Libc.AtSymlinkNoFollow), "chown", $"'{path}'");

    /// <summary>write(2) until everything is written.</summary>
    internal static void WriteAll(Fd file, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            int done = 0;
            while (done < bytes.Length)
            {
                nint written = Libc.Write(file.Number, start + done, (nuint)(bytes.Length - done));
                if (written >= 0)
                {
                    done += (int)written;
                    continue;
                }

                Errno errno = (Errno)Marshal.GetLastPInvokeError();
                if (errno == Errno.EAGAIN)
                {
                    Poll.WaitWritable(file); // somebody made a descriptor that podctl inherited non-blocking
                }
                else if (errno != Errno.EINTR)
                {
                    throw new NativeException("write", "", errno);
                }
            }
        }
    }

    /// <summary>write(2) to something that does not wait.</summary>
    /// <returns>How much was taken; 0 if there is no room now.</returns>
    internal static int TryWrite(Fd file, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint written = Libc.Write(file.Number, start, (nuint)bytes.Length);
            return written >= 0 ? (int)written : (Errno)Marshal.GetLastPInvokeError() is Errno.EAGAIN or Errno.EINTR ? 0 : throw new NativeException("write", "", (Errno)Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>read(2), retried on EINTR.</summary>
    /// <returns>The number of bytes; 0 at the end.</returns>
    internal static int Read(Fd file, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint got = Libc.Read(file.Number, start, (nuint)buffer.Length);
                if (got >= 0)
                {
                    return (int)got;
                }

                Errno errno = (Errno)Marshal.GetLastPInvokeError();
                if (errno != Errno.EINTR)
                {
                    throw new NativeException("read", "", errno);
                }
            }
        }
    }

    /// <summary>Reads a whole small file, at most <paramref name="limitBytes"/> of it.</summary>
    internal static string ReadText(Fd file, int limitBytes = 1 << 20)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(SmallFile);
        int length = ReadAll(file, ref buffer, limitBytes);
        string text = Encoding.UTF8.GetString(buffer, 0, length);
        ArrayPool<byte>.Shared.Return(buffer);
        return text;
    }

    internal static byte[] ReadBytes(Fd file, int limitBytes = 1 << 20)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(SmallFile);
        int length = ReadAll(file, ref buffer, limitBytes);
        byte[] bytes = buffer[..length];
        ArrayPool<byte>.Shared.Return(buffer);
        return bytes;
    }

    /// <param name="file">Read to its end, or until there is as much as the limit.</param>
    /// <param name="buffer">Rented; replaced by a larger one if need be.</param>
    /// <param name="limitBytes">Where to stop.</param>
    private static int ReadAll(Fd file, ref byte[] buffer, int limitBytes)
    {
        int length = 0;
        int got;
        while (length < limitBytes && (got = Read(file, buffer.AsSpan(length))) > 0)
        {
            length += got;
            if (length == buffer.Length)
            {
                byte[] larger = ArrayPool<byte>.Shared.Rent(length * 2);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }
        }

        return length;
    }

    /// <summary>Whether a path, links followed, leads to a character or block device.</summary>
    internal static bool IsDevice(string path) => DeviceAt(path) is not null;

    /// <summary>The device that a path, links followed, leads to.</summary>
    /// <returns>`char/MAJOR:MINOR` or `block/MAJOR:MINOR`; null if it is none.</returns>
    internal static unsafe string? DeviceAt(string path)
    {
        using Fd file = Open(path, O_PATH);
        stat info;
        _ = NativeException.ThrowIfFailed(fstat(file.Number, &info), "fstat", $"'{path}'");
        string? kind = (info.st_mode & S_IFMT) == S_IFCHR ? "char" : (info.st_mode & S_IFMT) == S_IFBLK ? "block" : null;
        ulong device = (ulong)info.st_rdev;

        // makedev(3), as the C library has it.
        ulong major = ((device >> 8) & 0xFFF) | ((device >> 32) & ~0xFFFUL);
        ulong minor = (device & 0xFF) | ((device >> 12) & ~0xFFUL);
        return kind is null ? null : $"{kind}/{major}:{minor}";
    }

    /// <summary>Whether a descriptor is /dev/null (null(4)).</summary>
    internal static unsafe bool IsNullDevice(int number)
    {
        const ulong nullDevice = 0x103; // 1:3, makedev(3)
        stat info;
        return fstat(number, &info) == 0 && (info.st_mode & S_IFMT) == S_IFCHR && (ulong)info.st_rdev == nullDevice;
    }

    /// <summary>Whether a descriptor is /dev/ptmx, or an instance's `ptmx` (pts(4)).</summary>
    internal static unsafe bool IsTerminalMultiplexer(Fd file)
    {
        const ulong multiplexer = 0x502; // 5:2, makedev(3)
        stat info;
        return fstat(file.Number, &info) == 0 && (info.st_mode & S_IFMT) == S_IFCHR && (ulong)info.st_rdev == multiplexer;
    }

    internal static bool IsDirectory(Fd file)
    {
        stat info;
        _ = NativeException.ThrowIfFailed(fstat(file.Number, &info), "fstat");
        return (info.st_mode & S_IFMT) == S_IFDIR;
    }

    /// <summary>What tells one file from another (fstat(2)).</summary>
    internal static (ulong Device, ulong Inode) Identity(Fd file)
    {
        stat info;
        _ = NativeException.ThrowIfFailed(fstat(file.Number, &info), "fstat");
        return ((ulong)info.st_dev, (ulong)info.st_ino);
    }

    /// <summary>fsync(2) on a file or directory.</summary>
    internal static void Sync(Fd file, string name) => NativeException.ThrowIfFailed(Libc.FSync(file.Number), "fsync", $"'{name}'");

    /// <summary>syncfs(2): everything written so far to the file system that <paramref name="file"/> is on.</summary>
    internal static void SyncFileSystem(Fd file, string name) => NativeException.ThrowIfFailed(Libc.SyncFs(file.Number), "syncfs", $"'{name}'");

    /// <summary>flock(2), waiting.</summary>
    internal static void Lock(Fd file, bool exclusive)
    {
        while (Libc.FLock(file.Number, exclusive ? LockExclusive : LockShared) < 0)
        {
            Errno errno = (Errno)Marshal.GetLastPInvokeError();
            if (errno != Errno.EINTR)
            {
                throw new NativeException("flock", "", errno);
            }
        }
    }

    /// <summary>flock(2) without waiting.</summary>
    /// <returns>Whether the lock was had.</returns>
    internal static bool TryLock(Fd file, bool exclusive)
    {
        if (Libc.FLock(file.Number, (exclusive ? LockExclusive : LockShared) | LockNonBlocking) == 0)
        {
            return true;
        }

        Errno errno = (Errno)Marshal.GetLastPInvokeError();
        return errno == Errno.EAGAIN ? false : throw new NativeException("flock", "", errno);
    }

    /// <summary>Removes what a <see cref="Replace"/> left in a directory when its process died.</summary>
    internal static void RemoveAbandoned(string directory)
    {
        // Younger ones may just be about to be locked.
        DateTime old = DateTime.UtcNow - TimeSpan.FromSeconds(1);
        foreach (string path in Directory.Exists(directory) ? Directory.GetFiles(directory, ".*.tmp") : [])
        {
            try
            {
                using Fd file = Open(path, O_RDONLY | O_NOFOLLOW);
                if (File.GetLastWriteTimeUtc(path) < old && TryLock(file, exclusive: true))
                {
                    _ = Libc.UnlinkAt(Libc.AtFdCwd, path, 0);
                }
            }
            catch (NativeException e) when (e.Errno == Errno.ENOENT)
            {
                // It has been renamed meanwhile.
            }
        }
    }

    /// <summary>Replaces a file's content in one step: a temporary file beside it, fsync, rename, fsync of the directory.</summary>
    internal static void Replace(string path, ReadOnlySpan<byte> content, uint mode)
    {
        string directory = Path.GetDirectoryName(path)!;
        string temporary = Path.Combine(directory, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (Fd file = Open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode))
            {
                Lock(file, exclusive: true); // tells RemoveAbandoned that somebody lives who will rename it
                WriteAll(file, content);
                Sync(file, temporary);
            }

            _ = NativeException.ThrowIfFailed(Libc.RenameAt(Libc.AtFdCwd, temporary, Libc.AtFdCwd, path), "rename", $"'{path}'");
        }
        catch
        {
            _ = Libc.UnlinkAt(Libc.AtFdCwd, temporary, 0); // best effort: the first error is the one to report
            throw;
        }

        using Fd parent = Open(directory, O_RDONLY | O_DIRECTORY);
        Sync(parent, directory);
    }
}
