using System.IO.Hashing;
using PodManager.Lifecycle;
using Xunit;

namespace PodManager.Tests.Lifecycle;

public sealed class FileHashTests
{
    private const int Piece = 1 << 20;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Piece - 1)]
    public void A_file_without_a_piece_of_zeros_has_the_plain_hash(int zeros)
    {
        byte[] content = [.. new byte[zeros], 1, .. new byte[Piece - 1], 2];

        Assert.Equal(XxHash128.HashToUInt128(content), HashOf(content, content.Length));
        Assert.Equal(XxHash128.HashToUInt128(new byte[zeros]), HashOf(new byte[zeros], 1000));
    }

    [Theory]
    [InlineData(0, 3 * Piece)]
    [InlineData(1, (3 * Piece) + 5)]
    [InlineData(Piece - 1, 2 * Piece)]
    [InlineData(Piece, Piece)]
    [InlineData(Piece + 7, (2 * Piece) - 7)]
    public void A_hole_and_zeros_are_the_same_in_whatever_pieces_they_come(int offset, int length)
    {
        foreach (int tail in (int[])[0, 1, Piece])
        {
            byte[] content = [.. Enumerable.Repeat((byte)'a', offset), .. new byte[length], .. Enumerable.Repeat((byte)'b', tail)];
            FileHash hash = new();
            hash.Append(content.AsSpan(0, offset));
            hash.AppendZeros(length);
            hash.Append(content.AsSpan(offset + length));
            UInt128 expected = hash.Finish();

            Assert.All((int[])[1000, 64 << 10, Piece, content.Length], size => Assert.Equal(expected, HashOf(content, size)));
            Assert.NotEqual(expected, HashOf([.. content[..offset], .. new byte[Piece], .. content[offset..]], Piece));
        }
    }

    [Fact]
    public void Terabytes_of_nothing_take_no_time_and_nothing_stays_behind()
    {
        FileHash hash = new();
        hash.AppendZeros(long.MaxValue);
        UInt128 all = hash.Finish();
        hash.AppendZeros(long.MaxValue - 1);

        Assert.NotEqual(all, hash.Finish());
        hash.Append("x"u8);
        Assert.Equal(XxHash128.HashToUInt128("x"u8), hash.Finish());
    }

    private static UInt128 HashOf(byte[] content, int piece)
    {
        FileHash hash = new();
        foreach (byte[] part in content.Chunk(Math.Max(1, piece)))
        {
            hash.Append(part);
        }

        return hash.Finish();
    }
}
