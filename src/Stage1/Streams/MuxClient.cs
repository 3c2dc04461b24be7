using System.Globalization;
using System.Text;
using Common.Contract;
using Common.Native;

namespace Stage1.Streams;

/// <summary>Somebody who has connected: a podctl that is attached, or a command of the app's service. One that does not take what comes loses it; nobody waits for it.</summary>
internal sealed class MuxClient(MessageSocket socket) : IDisposable
{
    private const int LimitBytes = 4 << 20;

    private readonly Queue<byte[]> _queue = new();
    private int _queuedBytes;
    private long _lostBytes;
    private bool _isLeaving;

    public MessageSocket Socket => socket;

    /// <summary>What it is attached to; nothing before it has said so.</summary>
    public AttachTargets Targets { get; set; }

    /// <summary>There is no use in it any more.</summary>
    public bool IsGone { get; private set; }

    public bool HasQueue => _queue.Count > 0;

    /// <summary>To be sent as soon as it can be.</summary>
    public void Queue(byte[] message)
    {
        // Not in every gap that opens up, so that one loss is told once.
        int limit = _lostBytes > 0 ? LimitBytes / 2 : LimitBytes;
        if (_queuedBytes + message.Length > limit)
        {
            _lostBytes += message.Length - 1;
            return;
        }

        TellLoss();
        Put(message);
        Flush();
    }

    /// <summary>The last that it gets; then it is let go.</summary>
    public void Leave(byte[] message)
    {
        TellLoss();
        Put(message);
        _isLeaving = true;
        Flush();
    }

    public void Answer(byte kind, string text = "") => Queue([kind, .. Encoding.UTF8.GetBytes(text)]);

    /// <summary>Sends what can be sent.</summary>
    public void Flush()
    {
        while (!IsGone && _queue.TryPeek(out byte[]? message))
        {
            Errno errno = socket.Send(message, wait: false);
            if (errno == Errno.EAGAIN)
            {
                return;
            }

            IsGone = errno != Errno.None;
            _queuedBytes -= _queue.Dequeue().Length;
        }

        IsGone |= _isLeaving;
    }

    /// <summary>The other side is gone.</summary>
    public void Drop() => IsGone = true;

    public void Dispose() => socket.Dispose();

    private void Put(byte[] message)
    {
        _queue.Enqueue(message);
        _queuedBytes += message.Length;
    }

    private void TellLoss()
    {
        if (_lostBytes > 0)
        {
            Put([MuxProtocol.Lost, .. Encoding.ASCII.GetBytes(_lostBytes.ToString(CultureInfo.InvariantCulture))]);
            _lostBytes = 0;
        }
    }
}
