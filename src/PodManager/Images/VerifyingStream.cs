using PodManager.Images.Oci;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images;

/// <summary>Passes a blob's bytes on and says at their end whether they were the right ones; nothing that was read before may be kept if not.</summary>
internal sealed class VerifyingStream(Stream source, Blob blob, IProgressItem progress) : ReadOnlyStream
{
    private readonly ContentHash _hash = new(blob.Digest.Algorithm);
    private long _bytes;
    private bool _isVerified;

    public override int Read(Span<byte> buffer) => throw new NotSupportedException("a blob is read asynchronously");

    /// <exception cref="PodctlException">Length or digest are not those of the blob.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int got = await source.ReadAsync(buffer, cancellationToken);
        _bytes += got;
        if (_bytes > blob.SizeBytes || got == 0 && _bytes < blob.SizeBytes)
        {
            throw new PodctlException(
                ExitCode.Failed, $"'{blob.Digest}' has {(got == 0 ? $"only {_bytes}" : "more")} bytes where the manifest says {blob.SizeBytes}");
        }

        if (got > 0)
        {
            _hash.Append(buffer.Span[..got]);
            progress.Advance(got);
        }
        else if (!_isVerified)
        {
            Digest actual = _hash.Finish();
            _isVerified = actual == blob.Digest ? true : throw new PodctlException(ExitCode.Failed, $"what came for '{blob.Digest}' has the digest '{actual}'");
        }

        return got;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            source.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
