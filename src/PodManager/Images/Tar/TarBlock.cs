using System.Numerics;
using Common.Native;

namespace PodManager.Images.Tar;

/// <summary>The fields of one header block: ustar, GNU, star and the oldest format (tar(5)).</summary>
internal readonly ref struct TarBlock(ReadOnlySpan<byte> block)
{
    public const int Size = 512;
    private const int ChecksumOffset = 148;
    private const int ChecksumLength = 8;

    private readonly ReadOnlySpan<byte> _block = block;

    public byte TypeFlag => _block[156];

    public uint Mode => (uint)Number(100, 8, "mode") & 0xFFF;

    public uint Uid => Id(Number(108, 8, "uid"), "uid");

    public uint Gid => Id(Number(116, 8, "gid"), "gid");

    public long StoredBytes => Number(124, 12, "size") is long size and >= 0 ? size : throw new InvalidDataException("an entry's size is negative");

    public long ModifiedSeconds => Number(136, 12, "mtime");

    public byte[] LinkTarget => Text(157, 100).ToArray();

    public uint DeviceMajor => (uint)Number(329, 8, "device number");

    public uint DeviceMinor => (uint)Number(337, 8, "device number");

    /// <summary>The name; ustar has room for the beginning of a long one elsewhere.</summary>
    public byte[] Name
    {
        get
        {
            ReadOnlySpan<byte> name = Text(0, 100);
            if (!_block.Slice(257, 6).SequenceEqual("ustar\0"u8))
            {
                return name.ToArray();
            }

            bool isStar = _block.Slice(508, 4).SequenceEqual("tar\0"u8);
            ReadOnlySpan<byte> prefix = Text(345, isStar ? 131 : 155);
            return prefix.IsEmpty ? name.ToArray() : [.. prefix, (byte)'/', .. name];
        }
    }

    public bool IsZero => !_block.ContainsAnyExcept((byte)0);

    /// <summary>The length that a GNU sparse file has once it is unpacked.</summary>
    public long SparseSize => Number(483, 12, "real size");

    public static uint Id(long value, string field) => value is >= 0 and < uint.MaxValue
        ? (uint)value
        : throw new InvalidDataException($"an entry's {field} {value} is out of range"); // the last one means "leave as it is" to chown(2)

    public void CheckSum()
    {
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < Size; i++)
        {
            byte value = i is >= ChecksumOffset and < ChecksumOffset + ChecksumLength ? (byte)' ' : _block[i];
            unsigned += value;
            signed += (sbyte)value; // some old tars summed so
        }

        long expected = Number(ChecksumOffset, ChecksumLength, "checksum");
        if (expected != unsigned && expected != signed)
        {
            throw new InvalidDataException("it is no tar archive, or it is damaged: the checksum of a header is wrong");
        }
    }

    /// <summary>Reads the regions in a GNU sparse header, or in the blocks that continue it.</summary>
    /// <returns>Whether one more such block follows.</returns>
    public bool ReadRegions(List<TarRegion> regions, bool isContinuation)
    {
        int start = isContinuation ? 0 : 386;
        int count = isContinuation ? 21 : 4;
        for (int i = 0; i < count && _block[start + (i * 24)] != 0; i++)
        {
            regions.Add(new TarRegion(Number(start + (i * 24), 12, "sparse offset"), Number(start + (i * 24) + 12, 12, "sparse length")));
        }

        return _block[start + (count * 24)] != 0;
    }

    private ReadOnlySpan<byte> Text(int offset, int length)
    {
        ReadOnlySpan<byte> field = _block.Slice(offset, length);
        int end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }

    // Octal digits, or GNU's big-endian two's complement, which the first bit announces.
    private long Number(int offset, int length, string field)
    {
        ReadOnlySpan<byte> digits = _block.Slice(offset, length);
        if ((digits[0] & 0x80) != 0)
        {
            Span<byte> binary = stackalloc byte[length];
            digits.CopyTo(binary);
            binary[0] = (binary[0] & 0x40) != 0 ? (byte)(binary[0] | 0x80) : (byte)(binary[0] & 0x7f);
            BigInteger value = new(binary, isUnsigned: false, isBigEndian: true);
            return value >= long.MinValue && value <= long.MaxValue ? (long)value : throw Bad(field, digits);
        }

        long result = 0;
        digits = digits.Trim(" \0"u8);
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                throw Bad(field, digits);
            }

            result = (result << 3) | (long)(digit - '0');
        }

        return result;
    }

    private static InvalidDataException Bad(string field, ReadOnlySpan<byte> digits) =>
        new($"a header's {field} is not a number: '{ByteText.Escape(digits)}'");
}
