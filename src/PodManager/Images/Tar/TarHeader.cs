using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PodManager.Images.Tar;

/// <summary>An entry's header blocks, in the form that every reader knows (pax(1)).</summary>
internal static class TarHeader
{
    /// <summary>0644.</summary>
    public const uint PlainFile = 0x1a4;

    private const int NameLength = 100;
    private const uint LargestId = 0x1fffff; // seven octal digits
    private const long LargestNumber = (1L << 33) - 1; // eleven
    private const string NanosecondDigits = "D9";

    public static byte[] Of(TarEntry entry)
    {
        byte[] records = RecordsOf(entry);
        if (records.Length == 0)
        {
            return BlockOf(entry);
        }

        TarEntry extended = new() { Name = "PaxHeaders/entry"u8.ToArray(), Type = TarEntryType.File, Mode = PlainFile, SizeBytes = records.Length };
        return [.. Block(extended, (byte)'x'), .. records, .. new byte[-records.Length & (TarBlock.Size - 1)], .. BlockOf(entry)];
    }

    /// <summary>One block, whatever the entry's length: one too large for octal digits is binary in it, which all readers know, too.</summary>
    public static byte[] BlockOf(TarEntry entry) => Block(entry, TypeFlag(entry.Type));

    private static byte[] RecordsOf(TarEntry entry)
    {
        using MemoryStream records = new();
        if (entry.Name.Length > NameLength)
        {
            Add(records, "path"u8, entry.Name);
        }

        if (entry.LinkTarget.Length > NameLength)
        {
            Add(records, "linkpath"u8, entry.LinkTarget);
        }

        AddNumber(records, "uid"u8, entry.Uid, LargestId);
        AddNumber(records, "gid"u8, entry.Gid, LargestId);
        AddNumber(records, "size"u8, entry.SizeBytes, LargestNumber);
        if (entry.ModifiedNanoseconds > 0 || entry.ModifiedSeconds is < 0 or > LargestNumber)
        {
            Add(records, "mtime"u8, TimeOf(entry));
        }

        foreach (TarAttribute attribute in entry.Attributes)
        {
            Add(records, [.. "SCHILY.xattr."u8, .. attribute.Name], attribute.Value);
        }

        return records.ToArray();
    }

    private static void AddNumber(MemoryStream records, ReadOnlySpan<byte> key, long value, long largest)
    {
        if (value > largest)
        {
            Add(records, key, Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>`LENGTH KEY=VALUE\n`, where the length counts its own digits.</summary>
    private static void Add(MemoryStream records, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        int rest = key.Length + value.Length + 3;
        int length = rest + 1;
        while (rest + Digits(length) != length)
        {
            length = rest + Digits(length);
        }

        records.Write(Encoding.ASCII.GetBytes($"{length} "));
        records.Write(key);
        records.Write("="u8);
        records.Write(value);
        records.Write("\n"u8);
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;

    private static byte[] TimeOf(TarEntry entry)
    {
        // Written as a decimal fraction, a time before 1970 counts its nanoseconds downwards, the kernel upwards.
        bool isTurned = entry.ModifiedSeconds < 0 && entry.ModifiedNanoseconds > 0;
        long seconds = isTurned ? entry.ModifiedSeconds + 1 : entry.ModifiedSeconds;
        uint nanoseconds = isTurned ? 1_000_000_000 - entry.ModifiedNanoseconds : entry.ModifiedNanoseconds;
        string sign = isTurned && seconds == 0 ? "-" : "";
        string fraction = nanoseconds == 0 ? "" : "." + nanoseconds.ToString(NanosecondDigits, CultureInfo.InvariantCulture).TrimEnd('0');
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{sign}{seconds}{fraction}"));
    }

    private static byte[] Block(TarEntry entry, byte type)
    {
        byte[] block = new byte[TarBlock.Size];
        Span<byte> header = block;
        entry.Name.AsSpan(0, Math.Min(entry.Name.Length, NameLength)).CopyTo(header);
        Octal(header.Slice(100, 8), entry.Mode);
        Octal(header.Slice(108, 8), entry.Uid <= LargestId ? entry.Uid : 0);
        Octal(header.Slice(116, 8), entry.Gid <= LargestId ? entry.Gid : 0);
        Number(header.Slice(124, 12), entry.SizeBytes);
        Octal(header.Slice(136, 12), Math.Clamp(entry.ModifiedSeconds, 0, LargestNumber));
        header.Slice(148, 8).Fill((byte)' ');
        header[156] = type;
        entry.LinkTarget.AsSpan(0, Math.Min(entry.LinkTarget.Length, NameLength)).CopyTo(header[157..]);
        "ustar\0"u8.CopyTo(header[257..]);
        "00"u8.CopyTo(header[263..]);
        Octal(header.Slice(329, 8), entry.DeviceMajor);
        Octal(header.Slice(337, 8), entry.DeviceMinor);
        int sum = 0;
        foreach (byte value in block)
        {
            sum += value;
        }

        Octal(header.Slice(148, 7), sum);
        return block;
    }

    private static void Number(Span<byte> field, long value)
    {
        if (value <= LargestNumber)
        {
            Octal(field, value);
            return;
        }

        BinaryPrimitives.WriteInt64BigEndian(field[^sizeof(long)..], value);
        field[0] = 0x80;
    }

    private static void Octal(Span<byte> field, long value)
    {
        for (int i = field.Length - 2; i >= 0; i--)
        {
            field[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }

        field[^1] = 0;
    }

    private static byte TypeFlag(TarEntryType type) => type switch
    {
        TarEntryType.HardLink => (byte)'1',
        TarEntryType.SymbolicLink => (byte)'2',
        TarEntryType.CharacterDevice => (byte)'3',
        TarEntryType.BlockDevice => (byte)'4',
        TarEntryType.Directory => (byte)'5',
        TarEntryType.Fifo => (byte)'6',
        _ => (byte)'0',
    };
}
