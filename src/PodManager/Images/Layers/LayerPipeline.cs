using System.IO.Pipelines;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images.Layers;

/// <summary>
/// Turns a layer's compressed bytes into files in one pass: one side receives, verifies and decompresses, the other, on a thread of its own, hashes
/// and unpacks. Between them lies one buffer of fixed size, whatever the layer's. The result counts only if both digests are right in the end.
/// </summary>
internal static class LayerPipeline
{
    private const int BufferBytes = 1 << 20;
    private const int PieceBytes = 64 << 10;

    /// <exception cref="InvalidDataException">The layer is damaged or hostile.</exception>
    /// <exception cref="Common.Native.NativeException">It cannot be stored.</exception>
    /// <exception cref="PodctlException">It cannot be had, or is another than the manifest says.</exception>
    public static async Task<LayerContent> UnpackAsync(Stream source, ResolvedLayer layer, string directory, IProgressItem progress, CancellationToken ct)
    {
        Pipe pipe = new(new PipeOptions(
            pauseWriterThreshold: BufferBytes, resumeWriterThreshold: BufferBytes / 2, minimumSegmentSize: PieceBytes, useSynchronizationContext: false));
        Task<LayerContent> unpacking = Task.Factory.StartNew(
            () => Unpack(pipe.Reader, layer.DiffId, directory, ct), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await using VerifyingStream verified = new(source, layer.Blob, progress);
        Exception? failure = null;
        try
        {
            await DecompressAsync(verified, pipe.Writer, ct);
        }
        catch (Exception e)
        {
            failure = e is EndOfStreamException or ZstdSharp.ZstdException ? new InvalidDataException("the compressed data is damaged", e) : e;
        }

        // Whatever happened, nobody may be writing below the directory any more when this returns.
        await pipe.Writer.CompleteAsync(failure);
        _ = await Task.WhenAny(unpacking);
        if ((failure ?? unpacking.Exception?.InnerException) is null or InvalidDataException)
        {
            // What lies behind the compressed data belongs to the blob, too. And if all is damaged, a wrong digest is the better explanation.
            await DrainAsync(verified, ct);
        }

        return failure is null ? await unpacking : throw failure;
    }

    private static async Task DecompressAsync(VerifyingStream verified, PipeWriter writer, CancellationToken ct)
    {
        await using Stream archive = await Decompression.OpenAsync(verified, ct);
        int got;
        while ((got = await archive.ReadAsync(writer.GetMemory(), ct)) > 0)
        {
            writer.Advance(got);
            if ((await writer.FlushAsync(ct)).IsCompleted)
            {
                return; // unpacking has failed
            }
        }
    }

    private static async Task DrainAsync(VerifyingStream verified, CancellationToken ct)
    {
        byte[] rest = new byte[PieceBytes];
        while (await verified.ReadAsync(rest, ct) > 0)
        {
        }
    }

    private static LayerContent Unpack(PipeReader reader, Digest diffId, string directory, CancellationToken ct)
    {
        try
        {
            using Stream archive = reader.AsStream(leaveOpen: true);
            using ContentHash hash = new(diffId.Algorithm);
            using HashingStream hashing = new(archive, hash);
            LayerContent content = LayerUnpacker.Unpack(hashing, directory, ct);
            Digest actual = hash.Finish();
            return actual == diffId
                ? content
                : throw new InvalidDataException($"without its compression it has the digest '{actual}', not '{diffId}'");
        }
        finally
        {
            reader.Complete(); // without an error: the writer is to see that nobody reads any more, and the error is this task's
        }
    }
}
