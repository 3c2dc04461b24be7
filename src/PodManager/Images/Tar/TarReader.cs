using System.Buffers;
using Common.Native;

namespace PodManager.Images.Tar;

/// <summary>
/// Reads a tar archive from a stream, once from front to back: all formats that image tools write, every name byte by byte. Content that nobody
/// reads is passed over by seeking, where the stream can.
/// </summary>
/// <remarks>System.Formats.Tar decodes names and attribute values to text, which loses bytes; file capabilities would not survive it.</remarks>
internal sealed class TarReader(Stream archive) : IDisposable
{
    private const int BufferSize = 256 * 1024;
    private const int HeaderLimit = 1 << 20;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _start;
    private int _end;
    private long _contentLeft;
    private int _padding;
    private long _consumed;

    /// <summary>Where in the stream the content of the entry that <see cref="Next"/> gave begins, counted from where the reader began.</summary>
    public long ContentOffset => _consumed - (_end - _start);

    /// <summary>The next entry; what is left of the one before is passed over.</summary>
    /// <returns>Null at the end of the archive; then the stream is read to its end.</returns>
    public TarEntry? Next()
    {
        byte[]? longName = null;
        byte[]? longTarget = null;
        PaxRecords pax = PaxRecords.None;
        while (true)
        {
            SkipContent();
            if (!TryReadBlock(out ReadOnlySpan<byte> bytes) || new TarBlock(bytes).IsZero)
            {
                Finish();
                return null;
            }

            TarBlock block = new(bytes);
            block.CheckSum();
            switch (block.TypeFlag)
            {
                case (byte)'x':
                    pax = PaxRecords.Parse(ReadSpecial(block.StoredBytes));
                    break;
                case (byte)'L':
                    longName = UntilZero(ReadSpecial(block.StoredBytes));
                    break;
                case (byte)'K':
                    longTarget = UntilZero(ReadSpecial(block.StoredBytes));
                    break;
                case (byte)'g' or (byte)'V':
                    // Defaults for all entries (image tools write none that matter), and a volume's label.
                    _ = ReadSpecial(block.StoredBytes);
                    break;
                default:
                    return ReadEntry(block, pax, longName, longTarget);
            }
        }
    }

    /// <summary>The next piece of the entry's stored content, valid until the next call; empty at its end.</summary>
    public ReadOnlySpan<byte> ReadContent(long limit = long.MaxValue)
    {
        long wanted = Math.Min(_contentLeft, limit);
        if (wanted == 0)
        {
            return [];
        }

        if (_start == _end && !Fill())
        {
            throw Truncated();
        }

        int length = (int)Math.Min(wanted, _end - _start);
        ReadOnlySpan<byte> piece = _buffer.AsSpan(_start, length);
        _start += length;
        _contentLeft -= length;
        return piece;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private TarEntry ReadEntry(TarBlock block, PaxRecords pax, byte[]? longName, byte[]? longTarget)
    {
        byte[] name = pax.Find("GNU.sparse.name"u8) ?? pax.Find("path"u8) ?? longName ?? block.Name;
        byte flag = block.TypeFlag;
        TarEntryType type = TypeOf(flag, name);
        long stored = type == TarEntryType.File ? pax.FindNumber("size"u8) ?? block.StoredBytes : 0; // others have no content, whatever they say
        if (stored < 0)
        {
            throw new InvalidDataException("an entry's size is negative");
        }

        (long Seconds, uint Nanoseconds) modified = pax.FindTime("mtime"u8) ?? (block.ModifiedSeconds, 0);
        TarEntry entry = new()
        {
            Name = WithoutZero(name),
            Type = type,
            LinkTarget = WithoutZero(pax.Find("linkpath"u8) ?? longTarget ?? block.LinkTarget),
            Mode = block.Mode,
            Uid = pax.FindNumber("uid"u8) is long uid ? TarBlock.Id(uid, "uid") : block.Uid,
            Gid = pax.FindNumber("gid"u8) is long gid ? TarBlock.Id(gid, "gid") : block.Gid,
            SizeBytes = stored,
            ModifiedSeconds = modified.Seconds,
            ModifiedNanoseconds = modified.Nanoseconds,
            DeviceMajor = type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice ? block.DeviceMajor : 0,
            DeviceMinor = type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice ? block.DeviceMinor : 0,
            Attributes = AttributesOf(pax),
        };
        long? sparseSize = flag == 'S' ? block.SparseSize : pax.FindNumber("GNU.sparse.realsize"u8) ?? pax.FindNumber("GNU.sparse.size"u8);
        List<TarRegion>? regions = flag == 'S' ? ReadGnuRegions(block) : TarSparse.FromHeader(pax); // the block's bytes are gone after this
        _contentLeft = stored;
        _padding = PaddingAfter(stored);
        if (flag != 'S' && TarSparse.IsMapInContent(pax))
        {
            regions = TarSparse.FromContent(ReadContentBlock);
        }

        if (regions is null)
        {
            return entry;
        }

        entry = entry with { SizeBytes = sparseSize ?? throw new InvalidDataException("a sparse file has no size"), Regions = regions };
        TarSparse.Check(regions, _contentLeft, entry.SizeBytes);
        return entry;
    }

    private static TarEntryType TypeOf(byte flag, byte[] name) => flag switch
    {
        // Before there was a type for directories, a slash at the end said it.
        0 => name is [.., (byte)'/'] ? TarEntryType.Directory : TarEntryType.File,
        (byte)'0' or (byte)'7' or (byte)'S' => TarEntryType.File,
        (byte)'1' => TarEntryType.HardLink,
        (byte)'2' => TarEntryType.SymbolicLink,
        (byte)'3' => TarEntryType.CharacterDevice,
        (byte)'4' => TarEntryType.BlockDevice,
        (byte)'5' => TarEntryType.Directory,
        (byte)'6' => TarEntryType.Fifo,
        _ => throw new InvalidDataException($"the entry '{ByteText.Escape(name)}' is of the unknown type '{ByteText.Escape([flag])}'"),
    };

    private static List<TarAttribute> AttributesOf(PaxRecords pax)
    {
        ReadOnlySpan<byte> prefix = "SCHILY.xattr."u8;
        List<TarAttribute> attributes = [];
        foreach ((byte[] key, byte[] value) in pax.All)
        {
            if (key.AsSpan().StartsWith(prefix))
            {
                attributes.Add(new TarAttribute(WithoutZero(key[prefix.Length..]), value));
            }
        }

        return attributes;
    }

    private List<TarRegion> ReadGnuRegions(TarBlock block)
    {
        List<TarRegion> regions = [];
        bool more = block.ReadRegions(regions, isContinuation: false);
        while (more)
        {
            if (regions.Count > TarSparse.RegionLimit || !TryReadBlock(out ReadOnlySpan<byte> next))
            {
                throw Truncated();
            }

            more = new TarBlock(next).ReadRegions(regions, isContinuation: true);
        }

        return regions;
    }

    private byte[] ReadSpecial(long length)
    {
        if (length > HeaderLimit)
        {
            throw new InvalidDataException($"an extended header has {length} bytes, more than any file needs");
        }

        _contentLeft = length;
        _padding = PaddingAfter(length);
        byte[] content = new byte[length];
        for (int done = 0; done < length;)
        {
            ReadOnlySpan<byte> piece = ReadContent();
            piece.CopyTo(content.AsSpan(done));
            done += piece.Length;
        }

        return content;
    }

    private byte[] ReadContentBlock()
    {
        byte[] block = new byte[TarBlock.Size];
        for (int done = 0; done < block.Length;)
        {
            ReadOnlySpan<byte> piece = ReadContent(block.Length - done);
            if (piece.IsEmpty)
            {
                throw new InvalidDataException("a sparse file's map is damaged");
            }

            piece.CopyTo(block.AsSpan(done));
            done += piece.Length;
        }

        return block;
    }

    private void SkipContent()
    {
        _contentLeft = _contentLeft <= long.MaxValue - _padding ? _contentLeft + _padding : throw Truncated();
        _padding = 0;
        SeekContent();
        while (!ReadContent().IsEmpty)
        {
        }
    }

    /// <summary>Leaves the last byte to be read, by which an archive that ends too early is found.</summary>
    private void SeekContent()
    {
        long distance = _contentLeft - (_end - _start) - 1;
        if (archive.CanSeek && distance > BufferSize)
        {
            if (distance >= archive.Length - archive.Position)
            {
                throw Truncated();
            }

            _ = archive.Seek(distance, SeekOrigin.Current);
            _consumed += distance;
            _contentLeft -= distance + (_end - _start);
            _start = _end = 0;
        }
    }

    // Two blocks of zeros end an archive. What other tools would read behind a single one must not be passed over in silence.
    private void Finish()
    {
        if (TryReadBlock(out ReadOnlySpan<byte> second) && !new TarBlock(second).IsZero)
        {
            throw new InvalidDataException("the archive goes on behind its end mark");
        }

        do
        {
            _start = _end;
        }
        while (Fill());
    }

    /// <returns>False if the stream ends before the block, as after an archive that lacks its end mark.</returns>
    private bool TryReadBlock(out ReadOnlySpan<byte> block)
    {
        while (_end - _start < TarBlock.Size)
        {
            if (!Fill())
            {
                block = [];
                return _start == _end ? false : throw Truncated();
            }
        }

        block = _buffer.AsSpan(_start, TarBlock.Size);
        _start += TarBlock.Size;
        return true;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        int got = archive.Read(_buffer, _end, _buffer.Length - _end);
        _end += got;
        _consumed += got;
        return got > 0;
    }

    private static int PaddingAfter(long length) => (int)(-length & (TarBlock.Size - 1));

    private static byte[] UntilZero(byte[] text)
    {
        int end = text.AsSpan().IndexOf((byte)0);
        return end < 0 ? text : text[..end];
    }

    private static byte[] WithoutZero(byte[] name) => !name.AsSpan().Contains((byte)0)
        ? name
        : throw new InvalidDataException($"the name '{ByteText.Escape(name)}' contains a zero byte");

    private static InvalidDataException Truncated() => new("the archive is truncated");
}
