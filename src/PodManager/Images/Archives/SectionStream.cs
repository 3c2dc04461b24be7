using Microsoft.Win32.SafeHandles;

namespace PodManager.Images.Archives;

/// <summary>A part of a file. Several may be read at the same time, as none moves the file's position.</summary>
internal sealed class SectionStream(SafeFileHandle file, long offset, long sizeBytes) : ReadOnlyStream
{
    private long _done;

    public override long Length => sizeBytes;

    public override int Read(Span<byte> buffer)
    {
        int got = RandomAccess.Read(file, buffer[..WantedOf(buffer.Length)], offset + _done);
        _done += got;
        return got;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int got = await RandomAccess.ReadAsync(file, buffer[..WantedOf(buffer.Length)], offset + _done, cancellationToken);
        _done += got;
        return got;
    }

    private int WantedOf(int length) => (int)Math.Min(length, sizeBytes - _done);
}
