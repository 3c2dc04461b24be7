using System.Net;
using PodManager.Images.Oci;

namespace PodManager.Images.Registry;

/// <summary>A blob from a registry. When the connection breaks or stalls, the transfer goes on with the byte where it stopped.</summary>
internal sealed class ResumingStream(RegistryPlaces places, Blob blob) : ReadOnlyStream
{
    // A registry that sends a few bytes each time must not keep podctl for ever; one whose connections live long enough may.
    private const int ResumptionLimit = 50;
    private const int BytesPerResumption = 256 << 10;
    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(60);

    private CancellationTokenSource _stalled = new();
    private HttpResponseMessage? _response;
    private Stream? _body;
    private RegistryClient _place = places.Current;
    private long _offset;
    private long _openedAt;
    private int _resumptions;
    private int _failures;

    public override int Read(Span<byte> buffer) => throw new NotSupportedException("a blob is read asynchronously");

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                _body ??= await OpenAsync(cancellationToken);
                int got = await ReadBodyAsync(buffer, cancellationToken);
                if (got == 0 && _offset < blob.SizeBytes)
                {
                    throw new RetryException("the connection was closed too early");
                }

                _failures = got > 0 ? 0 : _failures;
                _offset += got;
                return got;
            }
            catch (RetryException failure)
            {
                Drop();
                if (++_resumptions > ResumptionLimit + _offset / BytesPerResumption)
                {
                    throw new PodctlException(ExitCode.Failed, $"the transfer of '{blob.Digest}' broke {_resumptions} times", "try again later", failure);
                }

                if (failure.After is not null || _offset - _openedAt < BytesPerResumption)
                {
                    await PauseAsync(failure, cancellationToken);
                }
            }
            catch (PodctlException failure) when (places.PassOver(_place, failure))
            {
                Drop();
                _place = places.Current;
                _failures = 0;
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Drop();
            _stalled.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task PauseAsync(RetryException failure, CancellationToken ct)
    {
        try
        {
            await _place.Retries.PauseAsync(++_failures, failure, ct);
        }
        catch (PodctlException hopeless) when (places.PassOver(_place, hopeless))
        {
            _place = places.Current;
            _failures = 0;
        }
    }

    private async Task<Stream> OpenAsync(CancellationToken ct)
    {
        _openedAt = _offset;
        _response = await _place.GetAsync(new RegistryRequest($"blobs/{blob.Digest}", $"layer '{blob.Digest}'", Accept: [], _offset), ct);
        Stream body = await _response.Content.ReadAsStreamAsync(ct);
        if (_offset == 0)
        {
            return body;
        }

        if (_response.StatusCode == HttpStatusCode.PartialContent)
        {
            return _response.Content.Headers.ContentRange?.From == _offset
                ? body
                : throw new PodctlException(ExitCode.Failed, $"layer '{blob.Digest}': the registry sends another part than it was asked for");
        }

        // It does not know Range and sends all again.
        byte[] skipped = new byte[64 * 1024];
        _body = body;
        for (long left = _offset; left > 0;)
        {
            int got = await ReadBodyAsync(skipped.AsMemory(0, (int)Math.Min(left, skipped.Length)), ct);
            left -= got > 0 ? got : throw new RetryException("the connection was closed too early");
        }

        return body;
    }

    private async Task<int> ReadBodyAsync(Memory<byte> buffer, CancellationToken ct)
    {
        _stalled.CancelAfter(StallTimeout);
        using CancellationTokenRegistration linked = ct.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _stalled);
        try
        {
            int got = await _body!.ReadAsync(buffer, _stalled.Token);
            _stalled.CancelAfter(Timeout.InfiniteTimeSpan); // the time until the next read is the reader's
            return got;
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException || broken is OperationCanceledException && !ct.IsCancellationRequested)
        {
            _stalled.Dispose();
            _stalled = new CancellationTokenSource();
            throw new RetryException(broken is OperationCanceledException ? "the transfer stalled" : "the connection broke", after: null, broken);
        }
    }

    private void Drop()
    {
        _body?.Dispose();
        _response?.Dispose();
        _body = null;
        _response = null;
    }
}
