using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Common.Native;
using PodManager.Lifecycle;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <summary>
/// Walks a layer's tree and tells what is in it. Of each file's content it takes XXH128 (<see cref="FileHash"/>), which costs next to nothing while a layer is unpacked: it
/// finds what a disk or a crash did. Who can change a layer on purpose can change its record as well.
/// </summary>
internal sealed class LayerMeasure : IDisposable
{
    private const string Scheme = "xxh128-tree-1:";
    private const int PieceBytes = 256 << 10;
    private const int SeekToData = 3; // SEEK_DATA, lseek(2)

    private readonly Fd _root;
    private readonly IReadOnlyDictionary<ulong, UInt128>? _known;
    private readonly bool _isDeep;
    private readonly Action<long> _progress;
    private readonly CancellationToken _ct;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Dictionary<ulong, byte[]> _linked = [];
    private readonly byte[] _number = new byte[sizeof(long)];
    private byte[]? _piece;
    private long _entries;
    private long _sizeBytes;

    private LayerMeasure(string path, IReadOnlyDictionary<ulong, UInt128>? known, bool isDeep, Action<long> progress, CancellationToken ct)
    {
        _root = Files.Open(path, O_RDONLY | O_DIRECTORY);
        _known = known;
        _isDeep = isDeep;
        _progress = progress;
        _ct = ct;
    }

    /// <summary>Of a layer that was just unpacked.</summary>
    /// <param name="path">Its root.</param>
    /// <param name="known">XXH128 of contents by inode, as far as they were hashed when they were written; others are read.</param>
    /// <param name="ct">Ends it early.</param>
    public static LayerTreeRecord Of(string path, IReadOnlyDictionary<ulong, UInt128> known, CancellationToken ct)
    {
        using LayerMeasure measure = new(path, known, isDeep: true, static _ => { }, ct);
        return measure.Walk();
    }

    /// <summary>Compares a layer with what it was like.</summary>
    /// <param name="path">Its root.</param>
    /// <param name="expected">What it was like.</param>
    /// <param name="isDeep">Whether every file is read, or only counted.</param>
    /// <param name="progress">Told the bytes that were read.</param>
    /// <param name="ct">Ends it early.</param>
    /// <returns>Null, or the difference.</returns>
    public static string? Compare(string path, LayerTreeRecord expected, bool isDeep, Action<long> progress, CancellationToken ct)
    {
        using LayerMeasure measure = new(path, known: null, isDeep, progress, ct);
        LayerTreeRecord actual = measure.Walk();
        return actual.Entries != expected.Entries ? $"it has {actual.Entries} entries where it had {expected.Entries}"
            : actual.SizeBytes != expected.SizeBytes ? $"its files have {actual.SizeBytes} bytes where they had {expected.SizeBytes}"
            : isDeep && actual.Digest != expected.Digest ? "its files are not those that were fetched"
            : null;
    }

    public void Dispose()
    {
        _root.Dispose();
        _hash.Dispose();
    }

    private LayerTreeRecord Walk()
    {
        Add("."u8.ToArray(), RawFiles.Status(_root, "."u8)!.Value);
        AddContent([]);
        return new LayerTreeRecord(_entries, _sizeBytes, Scheme + Convert.ToHexStringLower(_hash.GetHashAndReset()));
    }

    private void AddContent(byte[] path)
    {
        foreach ((_, byte[] child, FileStatus status) in RawTree.ChildrenOf(_root, path))
        {
            _ct.ThrowIfCancellationRequested();
            Add(child, status);
            if (status.IsDirectory)
            {
                AddContent(child);
            }
        }
    }

    private void Add(byte[] path, FileStatus status)
    {
        _entries++;
        byte[]? first = null;
        bool isLinked = !status.IsDirectory && status.Links > 1 && (_linked.TryGetValue(status.Inode, out first) || !_linked.TryAdd(status.Inode, path));
        if (!isLinked && status.Type == FileStatus.Regular)
        {
            _sizeBytes += (long)status.SizeBytes;
        }

        if (!_isDeep)
        {
            return;
        }

        AddBytes(path);
        AddBytes(first ?? []);
        if (isLinked)
        {
            return; // its first name says the rest
        }

        AddNumber(status.Mode);
        AddNumber((long)status.Uid << 32 | status.Gid);
        if (!status.IsWhiteout)
        {
            AddNumber(status.ModifiedSeconds);
            AddNumber(status.ModifiedNanoseconds);
        }

        AddNumber((long)status.SpecialMajor << 32 | status.SpecialMinor);
        AddAttributes(path);
        if (status.IsSymbolicLink)
        {
            AddBytes(RawFiles.ReadLink(_root, path));
        }
        else if (status.Type == FileStatus.Regular)
        {
            AddNumber((long)status.SizeBytes);
            UInt128 content = _known is not null && _known.TryGetValue(status.Inode, out UInt128 known) ? known : HashOf(path, (long)status.SizeBytes);
            AddNumber((long)(ulong)(content >> 64));
            AddNumber((long)(ulong)content);
        }
    }

    private void AddAttributes(byte[] path)
    {
        foreach (byte[] name in RawFiles.ListAttributes(_root, path).OrderBy(Convert.ToHexString, StringComparer.Ordinal))
        {
            AddBytes(name);
            AddBytes(RawFiles.GetAttribute(_root, path, name) ?? []);
        }

        AddNumber(-1);
    }

    private UInt128 HashOf(byte[] path, long sizeBytes)
    {
        _piece ??= new byte[PieceBytes];
        using Fd file = RawFiles.Open(_root, path, O_RDONLY);
        FileHash hash = new();
        long position = 0;
        while (position < sizeBytes)
        {
            _ct.ThrowIfCancellationRequested();
            long data = SeekData(file, position, sizeBytes);
            hash.AppendZeros(data - position);
            int got = data < sizeBytes ? Files.Read(file, _piece) : 0;
            hash.Append(_piece.AsSpan(0, got));
            _progress(data + got - position);
            position = got > 0 ? data + got : sizeBytes;
        }

        return hash.Finish();
    }

    /// <summary>Where the next data is, from which is read then. A hole may be larger than anybody could read.</summary>
    private static long SeekData(Fd file, long position, long sizeBytes)
    {
        long data = Libc.LSeek(file.Number, position, SeekToData);
        if (data < 0 && (Errno)Marshal.GetLastPInvokeError() is not Errno.ENXIO and Errno errno)
        {
            throw new NativeException("lseek", "", errno);
        }

        return data < 0 ? sizeBytes : data;
    }

    private void AddBytes(byte[] bytes)
    {
        AddNumber(bytes.Length);
        _hash.AppendData(bytes);
    }

    private void AddNumber(long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_number, number);
        _hash.AppendData(_number);
    }
}
