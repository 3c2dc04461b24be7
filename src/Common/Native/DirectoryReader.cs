using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace Common.Native;

/// <summary>Lists an open directory by getdents64(2), names as bytes.</summary>
internal static unsafe class DirectoryReader
{
    private const int BufferSize = 32 * 1024;

    // struct linux_dirent64: d_ino 8, d_off 8, d_reclen 2, d_type 1, d_name.
    private const int LengthOffset = 16;
    private const int TypeOffset = 18;
    private const int NameOffset = 19;

    /// <summary>What d_type of a directory entry says (readdir(3)).</summary>
    internal enum EntryType : byte
    {
        Unknown = 0,
        Directory = 4,
        Regular = 8,
    }

    /// <summary>An entry; its name has no terminating zero.</summary>
    internal sealed record Entry(byte[] Name, EntryType Type);

    /// <summary>One batch of entries from the directory's beginning, without `.` and `..`; empty only if the directory is.</summary>
    internal static List<Entry> ReadFirst(Fd directory, string what)
    {
        _ = NativeException.ThrowIfFailed(Libc.LSeek(directory.Number, 0, SEEK_SET), "lseek", what);
        List<Entry> entries = [];

        // A batch may hold nothing but the two that are left out.
        while (entries.Count == 0 && ReadBatch(directory, what, entries))
        {
        }

        return entries;
    }

    /// <summary>All entries, without `.` and `..`.</summary>
    internal static List<Entry> ReadAll(Fd directory, string what)
    {
        List<Entry> entries = ReadFirst(directory, what);
        while (ReadBatch(directory, what, entries))
        {
        }

        return entries;
    }

    // False at the directory's end.
    private static bool ReadBatch(Fd directory, string what, List<Entry> entries)
    {
        byte* buffer = (byte*)NativeMemory.Alloc(BufferSize);
        try
        {
            long size = NativeException.ThrowIfFailed(Libc.SysCall(Libc.SysGetDents64, directory.Number, (nint)buffer, BufferSize, 0, 0), "getdents64", what);
            AddEntries(new ReadOnlySpan<byte>(buffer, (int)size), entries);
            return size > 0;
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    private static void AddEntries(ReadOnlySpan<byte> batch, List<Entry> entries)
    {
        while (batch.Length > 0)
        {
            ReadOnlySpan<byte> record = batch[..MemoryMarshal.Read<ushort>(batch[LengthOffset..])];
            ReadOnlySpan<byte> name = record[NameOffset..];
            name = name[..name.IndexOf((byte)0)];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                entries.Add(new Entry(name.ToArray(), (EntryType)record[TypeOffset]));
            }

            batch = batch[record.Length..];
        }
    }
}
