using static Tmds.Linux.LibC;

namespace Common.Native;

/// <summary>Calls on a file that is open already, by O_PATH too: its name may be another file's by now.</summary>
internal static unsafe partial class RawFiles
{
    /// <summary>Opens a file without the right to read it, whatever it is; a link is not followed, a device or fifo not woken (open(2), O_PATH).</summary>
    /// <returns>Null if there is nothing of that name.</returns>
    internal static Fd? TryOpenNode(Fd directory, ReadOnlySpan<byte> name) =>
        TryOpen(directory, name, O_PATH, 0, out Errno errno) ?? (errno is Errno.ENOENT or Errno.ENOTDIR ? null : throw Failure("open", name, errno));

    /// <summary>Opens the same file again, for use.</summary>
    internal static Fd Reopen(Fd node, int flags) => Files.Open(node.ProcPath, flags);

    internal static void SetOwner(Fd node, uint uid, uint gid)
    {
        byte empty = 0;
        ThrowIfFailed(Libc.FChOwnAt(node.Number, &empty, uid, gid, Libc.AtEmptyPath), "chown", []);
    }

    /// <summary>Not for a symbolic link, which has no mode. fchmod(2) refuses a descriptor by O_PATH, its path does not.</summary>
    internal static void SetMode(Fd node, uint mode) => NativeException.ThrowIfFailed(Libc.FChModAt(Libc.AtFdCwd, node.ProcPath, mode, 0), "chmod");

    internal static void SetNodeTime(Fd node, long seconds, uint nanoseconds)
    {
        byte empty = 0;
        long* times = stackalloc long[] { seconds, nanoseconds, seconds, nanoseconds };
        ThrowIfFailed(Libc.UTimeNsAt(node.Number, &empty, times, Libc.AtEmptyPath), "utimensat", []);
    }

    /// <summary>fsetxattr(2).</summary>
    internal static void SetAttribute(Fd file, ReadOnlySpan<byte> attribute, ReadOnlySpan<byte> value)
    {
        byte* key = stackalloc byte[LengthOf(attribute)];
        Terminate(attribute, key);
        fixed (byte* content = value)
        {
            ThrowIfFailed(Libc.FSetXAttr(file.Number, key, content, (nuint)value.Length, flags: 0), "setxattr", []);
        }
    }

    /// <summary>fgetxattr(2).</summary>
    /// <returns>Null if the file has no such attribute, or it has just grown.</returns>
    internal static byte[]? GetAttribute(Fd file, ReadOnlySpan<byte> attribute)
    {
        byte* key = stackalloc byte[LengthOf(attribute)];
        Terminate(attribute, key);
        byte[] value = new byte[MaxAttributeNames]; // XATTR_SIZE_MAX is the same
        fixed (byte* content = value)
        {
            nint length = Libc.FGetXAttr(file.Number, key, content, (nuint)value.Length);
            return length < 0 ? null : value[..(int)length];
        }
    }

    /// <summary>flistxattr(2); empty where the file system has none.</summary>
    internal static IReadOnlyList<byte[]> ListAttributes(Fd file)
    {
        nint length = Libc.FListXAttr(file.Number, null, 0);
        if (length <= 0)
        {
            return []; // as nearly every file
        }

        byte[] buffer = new byte[MaxAttributeNames];
        fixed (byte* list = buffer)
        {
            length = Libc.FListXAttr(file.Number, list, (nuint)buffer.Length);
        }

        return length <= 0 ? [] : SplitNames(buffer.AsSpan(0, (int)length));
    }
}
