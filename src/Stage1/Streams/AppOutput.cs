using System.Diagnostics;
using Common.Contract;
using Common.Native;

namespace Stage1.Streams;

/// <summary>Something that an app writes to: a fifo, or its terminal.</summary>
/// <param name="app">The app's name.</param>
/// <param name="from">Where it is read; reading does not wait.</param>
/// <param name="kind">The letter of its messages.</param>
/// <param name="target">What clients call it; none if nobody asked for what comes here.</param>
/// <param name="isTerminal">What was written last passes through a queue of the kernel's before it can be read here.</param>
internal sealed class AppOutput(string app, Fd from, byte kind, AttachTargets target, bool isTerminal)
{
    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(3);

    private readonly byte[] _buffer = new byte[MuxProtocol.MessageLimit];
    private JournalStream? _journal;

    public Fd Fd => from;

    public AttachTargets Target => target;

    /// <summary>Takes what there is, once, and gives it to the journal and those who are attached.</summary>
    public void Pass(IEnumerable<MuxClient> clients)
    {
        int got;
        try
        {
            got = Files.Read(from, _buffer.AsSpan(1));
        }
        catch (NativeException e) when (e.Errno is Errno.EAGAIN or Errno.EIO)
        {
            return; // EIO: a terminal that hangs up just now
        }

        if (target == AttachTargets.None)
        {
            return;
        }

        _journal ??= new JournalStream(app);
        _journal.Write(_buffer.AsSpan(1, got));
        byte[]? message = null;
        foreach (MuxClient client in clients.Where(client => client.Targets.HasFlag(target)))
        {
            message ??= [kind, .. _buffer.AsSpan(1, got)];
            client.Queue(message);
        }
    }

    /// <summary>The app has ended: takes all that is left, and returns once the journal has it.</summary>
    public void Finish(IEnumerable<MuxClient> clients)
    {
        long start = Stopwatch.GetTimestamp();
        Span<bool> ready = stackalloc bool[1];
        while (Poll.Wait([from], isTerminal ? QuietTime : TimeSpan.Zero, ready) && Stopwatch.GetElapsedTime(start) < DrainTimeout)
        {
            Pass(clients);
        }

        _journal?.Finish();
        _journal = null;
    }
}
