using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace Common.Native;

/// <summary>Lists and removes directories by descriptor, whatever the names in them are and however deep they go.</summary>
internal static unsafe class FileTree
{
    // Each level of recursion holds a descriptor; what lies deeper is moved up and removed from there.
    private const int DepthLimit = 64;

    /// <summary>The names in a directory, without `.` and `..` (getdents64(2)).</summary>
    internal static IReadOnlyList<byte[]> List(Fd directory)
    {
        // struct linux_dirent64: d_ino 8, d_off 8, d_reclen 2, d_type 1, d_name.
        const int lengthOffset = 16;
        const int nameOffset = 19;
        List<byte[]> names = [];
        byte[] buffer = new byte[32768];
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint got = Libc.GetDEnts64(directory.Number, start, (nuint)buffer.Length);
                _ = NativeException.ThrowIfFailed(got, "getdents64");
                if (got == 0)
                {
                    return names;
                }

                ReadOnlySpan<byte> rest = buffer.AsSpan(0, (int)got);
                while (!rest.IsEmpty)
                {
                    int length = MemoryMarshal.Read<ushort>(rest[lengthOffset..]);
                    ReadOnlySpan<byte> name = rest[nameOffset..length];
                    name = name[..name.IndexOf((byte)0)];
                    if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    {
                        names.Add(name.ToArray());
                    }

                    rest = rest[length..];
                }
            }
        }
    }

    /// <summary>Removes a file or a whole directory. That it is gone already, or another process removes it at the same time, is success.</summary>
    internal static void Remove(Fd parent, ReadOnlySpan<byte> name)
    {
        if (RawFiles.TryRemoveFile(parent, name))
        {
            return;
        }

        do
        {
            using Fd? top = OpenDirectory(parent, name);
            if (top is not null)
            {
                Empty(top, top, depth: 0);
            }
        }
        while (!RawFiles.TryRemoveDirectory(parent, name));
    }

    /// <summary>syncfs(2): everything written so far to the file system that <paramref name="file"/> is on.</summary>
    internal static void SyncFileSystem(Fd file, string name) => NativeException.ThrowIfFailed(Libc.SyncFs(file.Number), "syncfs", $"'{name}'");

    private static void Empty(Fd directory, Fd top, int depth)
    {
        foreach (byte[] name in List(directory))
        {
            if (RawFiles.TryRemoveFile(directory, name) || RawFiles.TryRemoveDirectory(directory, name))
            {
                continue;
            }

            if (depth == DepthLimit)
            {
                RawFiles.Rename(directory, name, top, System.Text.Encoding.ASCII.GetBytes($".deep-{Guid.NewGuid():N}"));
                continue;
            }

            using Fd? child = OpenDirectory(directory, name);
            if (child is not null)
            {
                Empty(child, top, depth + 1);
                _ = RawFiles.TryRemoveDirectory(directory, name); // fails if another process adds to it; the caller's loop comes back
            }
        }
    }

    private static Fd? OpenDirectory(Fd parent, ReadOnlySpan<byte> name)
    {
        Fd? directory = RawFiles.TryOpen(parent, name, O_RDONLY | O_DIRECTORY, mode: 0, out Errno errno);
        return directory is not null || errno == Errno.ENOENT
            ? directory
            : throw new NativeException("open", $"'{ByteText.Escape(name)}'", errno);
    }
}
