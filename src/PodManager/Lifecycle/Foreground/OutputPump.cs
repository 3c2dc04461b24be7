using Common.Native;

namespace PodManager.Lifecycle.Foreground;

/// <summary>
/// A thread that copies what an app writes to one of podctl's own streams, and to the journal, until it is told that the app has ended and has found nothing more.
/// </summary>
internal sealed class OutputPump
{
    private const int BufferBytes = 64 * 1024;

    private readonly Thread _thread;
    private readonly Fd _from;
    private readonly Fd _appHasEnded;
    private readonly Fd _to;
    private readonly LineSplitter _lines;
    private readonly Action _onEnd;

    /// <param name="name">For the debugger.</param>
    /// <param name="from">The fifo; reading does not wait.</param>
    /// <param name="appHasEnded">Readable once nothing more will be written.</param>
    /// <param name="to">One of podctl's own streams.</param>
    /// <param name="lines">Gets a copy of everything, after it was written.</param>
    /// <param name="onEnd">Called on the pump's thread when it is done.</param>
    public OutputPump(string name, Fd from, Fd appHasEnded, Fd to, LineSplitter lines, Action onEnd)
    {
        _from = from;
        _appHasEnded = appHasEnded;
        _to = to;
        _lines = lines;
        _onEnd = onEnd;
        _thread = new Thread(Copy, maxStackSize: 256 * 1024) { IsBackground = true, Name = name };
    }

    public void Start() => _thread.Start();

    /// <summary>Waits for the end.</summary>
    /// <returns>False when the time was up.</returns>
    public bool Join(TimeSpan timeout) => _thread.Join(timeout);

    private void Copy()
    {
        byte[] buffer = new byte[BufferBytes];
        Span<bool> ready = stackalloc bool[2];
        try
        {
            while (true)
            {
                _ = Poll.Wait([_from, _appHasEnded], null, ready);
                while (Read(buffer) is int got and > 0)
                {
                    Files.WriteAll(_to, buffer.AsSpan(0, got));
                    _lines.Append(buffer.AsSpan(0, got));
                }

                // What was written before the end was there to be read after it was told.
                if (ready[1])
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is NativeException or ObjectDisposedException)
        {
            // EPIPE: nobody reads podctl's output any more. The app finds out by SIGPIPE, as in any pipeline.
            _from.Dispose();
        }

        _lines.Finish();
        _onEnd();
    }

    private int Read(byte[] buffer)
    {
        try
        {
            return Files.Read(_from, buffer);
        }
        catch (NativeException e) when (e.Errno == Errno.EAGAIN)
        {
            return 0;
        }
    }
}
