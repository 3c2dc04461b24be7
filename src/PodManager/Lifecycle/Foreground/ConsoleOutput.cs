using Common.Native;

namespace PodManager.Lifecycle.Foreground;

/// <summary>A thread that copies what appears on the pod's console to the user's terminal; after the app's end until nothing has come for a moment.</summary>
internal sealed class ConsoleOutput
{
    private readonly Thread _thread;
    private readonly Fd _from;
    private readonly Fd _appHasEnded;
    private readonly Fd _to;
    private readonly TimeSpan _quietTime;

    /// <param name="from">The master's side of the console.</param>
    /// <param name="appHasEnded">Readable once the app has ended.</param>
    /// <param name="to">The user's terminal.</param>
    /// <param name="quietTime">How long nothing must have come.</param>
    public ConsoleOutput(Fd from, Fd appHasEnded, Fd to, TimeSpan quietTime)
    {
        _from = from;
        _appHasEnded = appHasEnded;
        _to = to;
        _quietTime = quietTime;
        _thread = new Thread(Copy, maxStackSize: 256 * 1024) { IsBackground = true, Name = "console output" };
    }

    public void Start() => _thread.Start();

    public bool Join(TimeSpan timeout) => _thread.Join(timeout);

    private void Copy()
    {
        byte[] buffer = new byte[64 * 1024];
        Span<bool> ready = stackalloc bool[2];
        bool hasEnded = false;
        try
        {
            while (Poll.Wait([_from, hasEnded ? null : _appHasEnded], hasEnded ? _quietTime : null, ready))
            {
                hasEnded |= ready[1];
                if (ready[0])
                {
                    int got = Files.Read(_from, buffer);
                    if (got == 0)
                    {
                        return;
                    }

                    Files.WriteAll(_to, buffer.AsSpan(0, got));
                }
            }
        }
        catch (Exception e) when (e is NativeException or ObjectDisposedException)
        {
            // EIO: the console is closed. EPIPE: the user's terminal is gone.
        }
    }
}
