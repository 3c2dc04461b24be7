using Common.Native;

namespace Stage1.Streams;

/// <summary>What clients have sent for an app, until the app takes it.</summary>
/// <param name="to">A fifo that is open for reading too, or a terminal's master; writing does not wait.</param>
/// <param name="isTerminal">Whether it is a terminal.</param>
internal sealed class AppInput(Fd to, bool isTerminal)
{
    // Only clients that have left can bring it there: of others nothing is read as long as something waits.
    private const int LimitBytes = 1 << 20;

    private byte[] _waiting = [];

    public Fd Fd => to;

    /// <summary>The app has not taken everything yet.</summary>
    public bool IsWaiting => _waiting.Length > 0;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_waiting.Length + bytes.Length <= LimitBytes)
        {
            _waiting = [.. _waiting, .. bytes];
            Flush();
        }
    }

    public void Flush()
    {
        while (_waiting.Length > 0)
        {
            int written = Files.TryWrite(to, _waiting);
            if (written == 0)
            {
                return;
            }

            _waiting = _waiting[written..];
        }
    }

    /// <summary>The app has ended: what it has not read is nobody else's.</summary>
    public void Discard()
    {
        _waiting = [];
        byte[] buffer = new byte[4096];
        while (!isTerminal && Poll.Ready(to, Mux.Readable))
        {
            _ = Files.Read(to, buffer);
        }
    }
}
