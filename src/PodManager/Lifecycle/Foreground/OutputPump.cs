using Common.Native;

namespace PodManager.Lifecycle.Foreground;

/// <summary>
/// Passes on what an app writes to one of podctl's own streams. Everything is logged as it is read, before it is written: the journal never waits for whoever
/// reads podctl's output, nor does the pod's end.
/// </summary>
internal sealed class OutputPump
{
    private const int BufferBytes = 64 * 1024;

    private readonly Thread _thread;
    private readonly Fd _from;
    private readonly Fd _appHasEnded;
    private readonly IOutput _to;
    private readonly LineSplitter _lines;
    private readonly Lock _reading = new();
    private readonly Queue<byte[]> _rest = new();
    private bool _isDrained;

    /// <param name="name">For the debugger.</param>
    /// <param name="from">The fifo; reading does not wait.</param>
    /// <param name="appHasEnded">Readable once nothing more will be written.</param>
    /// <param name="to">Leads to the user.</param>
    /// <param name="lines">Gets a copy of everything.</param>
    public OutputPump(string name, Fd from, Fd appHasEnded, IOutput to, LineSplitter lines)
    {
        _from = from;
        _appHasEnded = appHasEnded;
        _to = to;
        _lines = lines;
        _thread = new Thread(Copy, maxStackSize: 256 * 1024) { IsBackground = true, Name = name };
    }

    /// <summary>Why not all could be passed on; null if it was, or if nobody reads podctl's output any more.</summary>
    public string? Failure { get; private set; }

    public void Start() => _thread.Start();

    /// <summary>Takes and logs all that is left, without waiting for it to be written. The app has ended: nothing more will come.</summary>
    public void Drain()
    {
        lock (_reading)
        {
            byte[] buffer = new byte[BufferBytes];
            while (!_isDrained && TryRead(buffer) is int got and > 0)
            {
                _rest.Enqueue(buffer[..got]);
            }

            if (!_isDrained)
            {
                _isDrained = true;
                _lines.Finish();
            }
        }
    }

    /// <summary>Waits until everything is written.</summary>
    /// <returns>False when the time was up.</returns>
    public bool Join(TimeSpan timeout) => _thread.Join(timeout);

    private void Copy()
    {
        byte[] buffer = new byte[BufferBytes];
        Span<bool> ready = stackalloc bool[2];
        try
        {
            while (!_isDrained)
            {
                _ = Poll.Wait([_from, _appHasEnded], null, ready);
                if (ready[1])
                {
                    Drain();
                }

                int got;
                while ((got = Take(buffer)) > 0)
                {
                    _to.Write(buffer.AsSpan(0, got));
                }
            }

            while (_rest.TryDequeue(out byte[]? rest))
            {
                _to.Write(rest);
            }

            _to.Finish();
        }
        catch (Exception e) when (e is NativeException or ObjectDisposedException)
        {
            // EPIPE: the app finds out by SIGPIPE, as in any pipeline.
            Failure = e is NativeException { Errno: not Errno.EPIPE } failure ? failure.Reason : null;
            lock (_reading)
            {
                if (!_isDrained)
                {
                    _isDrained = true;
                    _lines.Finish();
                }

                _from.Dispose();
            }
        }
    }

    private int Take(byte[] buffer)
    {
        lock (_reading)
        {
            return _isDrained ? 0 : TryRead(buffer);
        }
    }

    private int TryRead(byte[] buffer)
    {
        try
        {
            int got = Files.Read(_from, buffer);
            _lines.Append(buffer.AsSpan(0, got));
            return got;
        }
        catch (NativeException e) when (e.Errno == Errno.EAGAIN)
        {
            return 0;
        }
    }
}
