using System.IO.Compression;
using ZstdSharp;

namespace PodManager.Images.Layers;

/// <summary>Takes a layer's compression off. What it is, the first bytes say: media types are known to lie, and the digests hold in any case.</summary>
internal static class Decompression
{
    private const int HeadLength = 6;

    // As zstd(1) without --long: a hostile frame must not claim gigabytes.
    private const int LargestZstdWindowLog = 27;

    public static async Task<Stream> OpenAsync(Stream layer, CancellationToken ct)
    {
        byte[] head = new byte[HeadLength];
        int length = await layer.ReadAtLeastAsync(head, HeadLength, throwOnEndOfStream: false, ct);
        PrefixedStream whole = new(head.AsMemory(0, length), layer);
        return head switch
        {
            [0x1f, 0x8b, ..] => new GZipStream(whole, CompressionMode.Decompress, leaveOpen: true),
            [0x28, 0xb5, 0x2f, 0xfd, ..] or [>= 0x50 and <= 0x5f, 0x2a, 0x4d, 0x18, ..] => OpenZstd(whole),
            [(byte)'B', (byte)'Z', (byte)'h', ..] => throw Refused("bzip2"),
            [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', ..] => throw Refused("xz"),
            _ => whole,
        };
    }

    private static DecompressionStream OpenZstd(Stream layer)
    {
        DecompressionStream stream = new(layer, leaveOpen: true);
        stream.SetParameter(ZstdSharp.Unsafe.ZSTD_dParameter.ZSTD_d_windowLogMax, LargestZstdWindowLog);
        return stream;
    }

    private static InvalidDataException Refused(string method) => new($"it is compressed with {method}, which images do not use");
}
