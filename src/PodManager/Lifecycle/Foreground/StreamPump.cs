using Common.Native;

namespace PodManager.Lifecycle.Foreground;

/// <summary>A thread that copies bytes from one descriptor to another until the first ends or the second is closed at its other side.</summary>
internal sealed class StreamPump
{
    private const int BufferBytes = 64 * 1024;

    private readonly Thread _thread;
    private readonly Fd _from;
    private readonly Fd _to;
    private readonly Action _onEnd;

    /// <param name="name">For the debugger.</param>
    /// <param name="from">Read until its end.</param>
    /// <param name="to">Written to.</param>
    /// <param name="onEnd">Called on the pump's thread when it is done.</param>
    public StreamPump(string name, Fd from, Fd to, Action onEnd)
    {
        _from = from;
        _to = to;
        _onEnd = onEnd;

        // A background thread: one that waits for the user's input must not keep podctl alive.
        _thread = new Thread(Copy, maxStackSize: 256 * 1024) { IsBackground = true, Name = name };
    }

    public void Start() => _thread.Start();

    /// <summary>Waits for the end.</summary>
    /// <returns>False when the time was up.</returns>
    public bool Join(TimeSpan timeout) => _thread.Join(timeout);

    private void Copy()
    {
        byte[] buffer = new byte[BufferBytes];
        try
        {
            int got;
            while ((got = Files.Read(_from, buffer)) > 0)
            {
                Files.WriteAll(_to, buffer.AsSpan(0, got));
            }
        }
        catch (Exception e) when (e is NativeException or ObjectDisposedException)
        {
            // EPIPE: nobody reads any more. EIO: a terminal hung up. Either is this stream's end and no failure of the pod.
        }

        _onEnd();
    }
}
