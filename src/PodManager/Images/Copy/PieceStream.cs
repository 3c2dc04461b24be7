namespace PodManager.Images.Copy;

/// <summary>Hands on what is written to it, in large pieces.</summary>
internal sealed class PieceStream(Action<ReadOnlyMemory<byte>> output) : Stream
{
    private const int PieceBytes = 256 << 10;

    private readonly byte[] _buffer = new byte[PieceBytes];
    private int _buffered;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int length = Math.Min(buffer.Length, PieceBytes - _buffered);
            buffer[..length].CopyTo(_buffer.AsSpan(_buffered));
            _buffered += length;
            buffer = buffer[length..];
            if (_buffered == PieceBytes)
            {
                Flush();
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        if (_buffered > 0)
        {
            output(_buffer.AsMemory(0, _buffered));
            _buffered = 0;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
