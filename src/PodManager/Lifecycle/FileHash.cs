using System.Buffers.Binary;
using System.IO.Hashing;

namespace PodManager.Lifecycle;

/// <summary>
/// XXH128 of a file's content, in which a whole MiB of zeros is only counted: the hole of a file that says it has terabytes costs nothing. Of a file
/// without such it is plain XXH128. Whether zeros are stored or a hole makes no difference.
/// </summary>
internal sealed class FileHash
{
    private const int PieceBytes = 1 << 20;
    private static readonly byte[] Zeros = new byte[64 << 10];

    private readonly XxHash128 _hash = new();
    private long _left = PieceBytes; // of the piece that is under way
    private long _zeros; // of that piece, if it has had nothing else
    private bool _hasData;
    private long _emptyPieces; // before it, not told to the hash yet

    public void Append(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            ReadOnlySpan<byte> part = content[..(int)Math.Min(content.Length, _left)];
            if (_hasData || part.ContainsAnyExcept((byte)0))
            {
                Flush();
                _hasData = true;
                _hash.Append(part);
            }
            else
            {
                _zeros += part.Length;
            }

            Pass(part.Length);
            content = content[part.Length..];
        }
    }

    /// <summary>As <see cref="Append"/> of so many zeros.</summary>
    public void AppendZeros(long count)
    {
        while (count > 0)
        {
            if (_left == PieceBytes)
            {
                _emptyPieces += count / PieceBytes;
                count %= PieceBytes;
            }

            int part = (int)Math.Min(Math.Min(count, _left), Zeros.Length);
            Append(Zeros.AsSpan(0, part));
            count -= part;
        }
    }

    /// <summary>The hash; then this is as new.</summary>
    public UInt128 Finish()
    {
        Flush();
        UInt128 result = _hash.GetCurrentHashAsUInt128();
        _hash.Reset();
        (_left, _hasData) = (PieceBytes, false);
        return result;
    }

    private void Pass(int bytes)
    {
        _left -= bytes;
        if (_left > 0)
        {
            return;
        }

        _emptyPieces += _hasData ? 0 : 1;
        (_left, _zeros, _hasData) = (PieceBytes, 0, false);
    }

    /// <summary>Tells the hash of the zeros that were held back.</summary>
    private void Flush()
    {
        if (_emptyPieces > 0)
        {
            Span<byte> number = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(number, _emptyPieces);
            _hash.Append(number);
            _emptyPieces = 0;
        }

        for (; _zeros > 0; _zeros -= Math.Min(_zeros, Zeros.Length))
        {
            _hash.Append(Zeros.AsSpan(0, (int)Math.Min(_zeros, Zeros.Length)));
        }
    }
}
