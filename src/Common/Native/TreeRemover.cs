using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using static Tmds.Linux.LibC;

namespace Common.Native;

/// <summary>
/// Removes a directory tree whose content an enemy may have made: no link is followed, no mount entered, names are any bytes, and the
/// depth does not matter, because a directory that is not empty is first moved to the top of the tree.
/// </summary>
internal static unsafe class TreeRemover
{
    private const nuint GetFlags = 0x80086601; // FS_IOC_GETFLAGS, ioctl_iflags(2)
    private const nuint SetFlags = 0x40086602; // FS_IOC_SETFLAGS
    private const int Immutable = 0x10;
    private const int AppendOnly = 0x20;
    private const uint OwnerAll = 0x1C0;

    /// <summary>Removes a directory and all in it; a missing one is success.</summary>
    /// <param name="parent">The directory that holds it, which is trusted.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="removed">Called after each entry of the tree.</param>
    public static void Remove(Fd parent, string name, Action? removed = null) => Remove(parent, Encoding.UTF8.GetBytes(name), removed);

    /// <summary>As <see cref="Remove(Fd, string, Action)"/>, for any name.</summary>
    public static void Remove(Fd parent, byte[] nameBytes, Action? removed = null)
    {
        string name = ByteText.Escape(nameBytes);
        try
        {
            using Fd top = OpenDirectory(parent, nameBytes, name);
            Walk walk = new(top, name, removed);
            List<DirectoryReader.Entry> entries;
            while ((entries = DirectoryReader.ReadFirst(top, $"'{name}'")).Count > 0)
            {
                foreach (DirectoryReader.Entry entry in entries)
                {
                    walk.RemoveFromTop(entry);
                }
            }
        }
        catch (NativeException e) when (e.Errno == Errno.ENOENT)
        {
            return;
        }

        if (Unlink(parent, nameBytes, Libc.AtRemoveDir) is not (Errno.None or Errno.ENOENT) and Errno errno)
        {
            throw new NativeException("rmdir", $"'{name}'", errno);
        }
    }

    private static Fd OpenDirectory(Fd parent, byte[] name, string what)
    {
        int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
        try
        {
            return Open(parent, name, flags, what);
        }
        catch (NativeException e) when (e.Errno == Errno.EACCES)
        {
            // Without CAP_DAC_OVERRIDE the owner must first allow himself to look.
            using Fd path = Open(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW, what);
            _ = NativeException.ThrowIfFailed(Libc.FChModAt(Libc.AtFdCwd, path.ProcPath, OwnerAll, 0), "chmod", $"'{what}'");
            return Open(parent, name, flags, what);
        }
    }

    private static Fd Open(Fd parent, byte[] name, int flags, string what)
    {
        Libc.OpenHow how = new()
        {
            Flags = (ulong)(uint)(flags | O_CLOEXEC),
            Resolve = (ulong)(Files.Resolve.Beneath | Files.Resolve.NoSymlinks | Files.Resolve.NoMountCrossing),
        };
        fixed (byte* path = Terminated(name))
        {
            while (true)
            {
                long fd = Libc.SysCall(Libc.SysOpenAt2, parent.Number, (nint)path, (nint)(&how), sizeof(Libc.OpenHow), 0);
                if (fd >= 0)
                {
                    return new Fd((int)fd);
                }

                Errno errno = (Errno)Marshal.GetLastPInvokeError();
                if (errno is not (Errno.EINTR or Errno.EAGAIN))
                {
                    throw new NativeException("openat2", $"'{what}'", errno);
                }
            }
        }
    }

    private static Errno Unlink(Fd directory, byte[] name, int flags)
    {
        fixed (byte* path = Terminated(name))
        {
            return Libc.UnlinkAt(directory.Number, path, flags) == 0 ? Errno.None : (Errno)Marshal.GetLastPInvokeError();
        }
    }

    private static byte[] Terminated(byte[] name) => [.. name, 0];

    /// <summary>One removal under way.</summary>
    private sealed class Walk(Fd top, string what, Action? removed)
    {
        private long _moved;

        public void RemoveFromTop(DirectoryReader.Entry entry)
        {
            if (TryRemove(top, entry))
            {
                return;
            }

            using (Fd directory = OpenDirectory(top, entry.Name, what))
            {
                List<DirectoryReader.Entry> entries;
                while ((entries = DirectoryReader.ReadFirst(directory, $"'{what}'")).Count > 0)
                {
                    foreach (DirectoryReader.Entry inner in entries)
                    {
                        if (!TryRemove(directory, inner))
                        {
                            MoveToTop(directory, inner);
                        }
                    }
                }
            }

            if (!TryRemove(top, entry))
            {
                throw Failure("rmdir", entry, Errno.ENOTEMPTY);
            }
        }

        /// <returns>False for a directory that is not empty.</returns>
        private bool TryRemove(Fd directory, DirectoryReader.Entry entry)
        {
            Errno errno = Attempt(directory, entry);
            if (errno == Errno.EPERM && ClearFlags(directory, entry))
            {
                errno = Attempt(directory, entry);
            }

            switch (errno)
            {
                case Errno.None or Errno.ENOENT:
                    removed?.Invoke();
                    return true;
                case Errno.ENOTEMPTY or Errno.EEXIST:
                    return false;
                default:
                    throw Failure("unlink", entry, errno);
            }
        }

        private static Errno Attempt(Fd directory, DirectoryReader.Entry entry)
        {
            // Not every file system tells types; unlink(2) refuses a directory with EISDIR.
            Errno errno = entry.Type == DirectoryReader.EntryType.Directory ? Errno.EISDIR : Unlink(directory, entry.Name, 0);
            return errno == Errno.EISDIR ? Unlink(directory, entry.Name, Libc.AtRemoveDir) : errno;
        }

        private void MoveToTop(Fd directory, DirectoryReader.Entry entry)
        {
            fixed (byte* from = Terminated(entry.Name))
            {
                while (true)
                {
                    byte[] name = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $".moved-{_moved++}"));
                    fixed (byte* to = Terminated(name))
                    {
                        if (Libc.RenameAt(directory.Number, from, top.Number, to) == 0)
                        {
                            return;
                        }
                    }

                    // The tree may have such names itself: then the next number.
                    Errno errno = (Errno)Marshal.GetLastPInvokeError();
                    if (errno == Errno.EPERM && ClearFlags(directory, entry))
                    {
                        continue;
                    }

                    if (errno is not (Errno.EEXIST or Errno.ENOTEMPTY or Errno.ENOTDIR))
                    {
                        throw Failure("rename", entry, errno);
                    }
                }
            }
        }

        /// <summary>Files that were made immutable or append-only (chattr(1)), and their directory.</summary>
        /// <returns>Whether one was, so that it is worth trying again.</returns>
        private bool ClearFlags(Fd directory, DirectoryReader.Entry entry)
        {
            bool isCleared = ClearFlags(directory);
            if (entry.Type is DirectoryReader.EntryType.Directory or DirectoryReader.EntryType.Regular)
            {
                using Fd file = Open(directory, entry.Name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, what);
                isCleared |= ClearFlags(file);
            }

            return isCleared;
        }

        private static bool ClearFlags(Fd file)
        {
            int flags = 0;
            if (Libc.IoCtl(file.Number, GetFlags, &flags) < 0 || (flags & (Immutable | AppendOnly)) == 0)
            {
                return false;
            }

            flags &= ~(Immutable | AppendOnly);
            return Libc.IoCtl(file.Number, SetFlags, &flags) == 0;
        }

        private NativeException Failure(string call, DirectoryReader.Entry entry, Errno errno) =>
            new(call, $"'{Encoding.UTF8.GetString(entry.Name)}' in '{what}'", errno);
    }
}
