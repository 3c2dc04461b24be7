using PodManager.Pods;

namespace PodManager.Images.Export;

/// <summary>Computes digest and length of what is written through it, and writes it in large pieces.</summary>
internal sealed class HashingWriter(Stream output) : Stream
{
    private const int BufferBytes = 1 << 20;

    private readonly ContentHash _hash = new("sha256");
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _buffered;
    private long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _written;

    public override long Position
    {
        get => _written;
        set => throw new NotSupportedException();
    }

    /// <summary>The digest; nothing may be written afterwards.</summary>
    public Digest Finish()
    {
        Flush();
        return _hash.Finish();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _written += buffer.Length;
        if (buffer.Length > BufferBytes - _buffered)
        {
            Flush();
        }

        if (buffer.Length > BufferBytes)
        {
            Pass(buffer);
            return;
        }

        buffer.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        Pass(_buffer.AsSpan(0, _buffered));
        _buffered = 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Pass(ReadOnlySpan<byte> piece)
    {
        _hash.Append(piece);
        output.Write(piece);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose(); // the output is the caller's
        }

        base.Dispose(disposing);
    }
}
