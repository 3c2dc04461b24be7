namespace PodManager.Images.Layers;

/// <summary>Computes the digest of what is read through it.</summary>
internal sealed class HashingStream(Stream source, ContentHash hash) : ReadOnlyStream
{
    public override int Read(Span<byte> buffer)
    {
        int got = source.Read(buffer);
        hash.Append(buffer[..got]);
        return got;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("an archive is read synchronously");
}
