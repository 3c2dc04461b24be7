namespace Common.Native;

/// <summary>Extended attributes (xattr(7)); an empty name means the directory itself.</summary>
internal static unsafe partial class RawFiles
{
    private const int MaxAttributeNames = 65536; // XATTR_LIST_MAX of linux/limits.h

    /// <summary>lsetxattr(2).</summary>
    internal static void SetAttribute(Fd directory, ReadOnlySpan<byte> name, ReadOnlySpan<byte> attribute, ReadOnlySpan<byte> value)
    {
        byte[] path = PathOf(directory, name);
        byte* key = stackalloc byte[LengthOf(attribute)];
        Terminate(attribute, key);
        fixed (byte* start = path, content = value)
        {
            ThrowIfFailed(Libc.LSetXAttr(start, key, content, (nuint)value.Length, flags: 0), "setxattr", name);
        }
    }

    /// <summary>lgetxattr(2).</summary>
    /// <returns>Null if the file has no such attribute.</returns>
    internal static byte[]? GetAttribute(Fd directory, ReadOnlySpan<byte> name, ReadOnlySpan<byte> attribute)
    {
        byte[] path = PathOf(directory, name);
        byte* key = stackalloc byte[LengthOf(attribute)];
        Terminate(attribute, key);
        fixed (byte* start = path)
        {
            nint length = Libc.LGetXAttr(start, key, null, 0);
            if (length < 0 && LastError() is Errno.ENODATA or Errno.EOPNOTSUPP)
            {
                return null;
            }

            ThrowIfFailed(length < 0 ? -1 : 0, "getxattr", name);
            byte[] value = new byte[length];
            fixed (byte* content = value)
            {
                length = Libc.LGetXAttr(start, key, content, (nuint)value.Length);
                ThrowIfFailed(length < 0 ? -1 : 0, "getxattr", name);
            }

            return value[..(int)length];
        }
    }

    /// <summary>llistxattr(2): the names of the extended attributes of a file.</summary>
    internal static IReadOnlyList<byte[]> ListAttributes(Fd directory, ReadOnlySpan<byte> name)
    {
        byte[] path = PathOf(directory, name);
        byte[] buffer;
        nint length;
        fixed (byte* start = path)
        {
            length = Libc.LListXAttr(start, null, 0);
            if (length == 0 || (length < 0 && LastError() == Errno.EOPNOTSUPP))
            {
                return []; // as nearly every file
            }

            ThrowIfFailed(length < 0 ? -1 : 0, "listxattr", name);
            buffer = new byte[MaxAttributeNames];
            fixed (byte* list = buffer)
            {
                length = Libc.LListXAttr(start, list, (nuint)buffer.Length);
            }

            ThrowIfFailed(length < 0 ? -1 : 0, "listxattr", name);
        }

        return SplitNames(buffer.AsSpan(0, (int)length));
    }

    private static List<byte[]> SplitNames(ReadOnlySpan<byte> list)
    {
        List<byte[]> names = [];
        for (ReadOnlySpan<byte> rest = list; !rest.IsEmpty;)
        {
            int end = rest.IndexOf((byte)0);
            names.Add(rest[..end].ToArray());
            rest = rest[(end + 1)..];
        }

        return names;
    }

    // There are no *xattrat calls before Linux 6.13; a path through the descriptor is as safe.
    private static byte[] PathOf(Fd directory, ReadOnlySpan<byte> name)
    {
        byte[] prefix = System.Text.Encoding.ASCII.GetBytes(name.IsEmpty ? directory.ProcPath + "/." : directory.ProcPath + "/");
        return [.. prefix, .. name, 0];
    }
}
