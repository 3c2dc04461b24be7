using System.Runtime.InteropServices;
using System.Text;
using Common.Contract;
using Common.Native;

namespace PodManager.Lifecycle.Foreground;

/// <summary>
/// Passes podctl's own streams to and from an app's multiplexer. One thread, which never waits for the app to take its input, since its output comes by the same socket. What the multiplexer says comes from
/// the pod: nothing of it is more than bytes for the user.
/// </summary>
internal sealed class AttachSession : IDisposable
{
    private const short Readable = 1; // POLLIN, poll(2)
    private const short Writable = 4; // POLLOUT
    private const int Stdin = 0;
    private const int Stdout = 1;
    private const int PipeBytes = 4096; // PIPE_BUF, pipe(7): a pipe that can be written takes as much without waiting

    private const AttachTargets Inputs = AttachTargets.Stdin | AttachTargets.TtyIn;
    private const AttachTargets TerminalSides = AttachTargets.TtyIn | AttachTargets.TtyOut;

    private readonly MessageSocket _socket;
    private readonly AttachTargets _targets;
    private readonly Action<string> _warn;
    private readonly Fd _stdin = new(Stdin, owns: false);
    private readonly Fd[] _outputs = [new(Stdout, owns: false), new(2, owns: false)];
    private readonly byte[] _buffer = new byte[MuxProtocol.MessageLimit];
    private readonly Queue<byte[]> _toSend = new();
    private readonly DetachKeys _keys = new();
    private readonly SignalQueue _signals = new(PodSession.Signals(isInteractive: true));
    private byte[]? _saved;
    private bool _hasInput;

    /// <param name="socket">Leads to the multiplexer.</param>
    /// <param name="targets">What of the app.</param>
    /// <param name="warn">For what the user has to know.</param>
    /// <exception cref="PodctlException">The multiplexer refuses.</exception>
    public AttachSession(MessageSocket socket, AttachTargets targets, Action<string> warn)
    {
        _socket = socket;
        _targets = targets;
        _warn = warn;
        _hasInput = (targets & Inputs) != 0;
        Introduce();
        Resize();
        if (targets.HasFlag(AttachTargets.TtyIn) && Terminal.IsTerminal(Stdin))
        {
            _saved = Terminal.MakeRaw(Stdin);
        }
    }

    public AttachEnd Run()
    {
        Libc.PollFd[] entries = new Libc.PollFd[3];
        while (true)
        {
            entries[0] = new Libc.PollFd { Fd = _socket.Fd.Number, Events = (short)(Readable | (_toSend.Count > 0 ? Writable : 0)) };
            entries[1] = new Libc.PollFd { Fd = _hasInput && _toSend.Count == 0 ? Stdin : -1, Events = Readable };
            entries[2] = new Libc.PollFd { Fd = _signals.Fd.Number, Events = Readable };
            _ = Poll.Wait(entries, null);
            AttachEnd? end = null;
            if (entries[2].Returned != 0)
            {
                end = HandleSignals();
            }

            if (end is null && (entries[0].Returned & ~Writable) != 0)
            {
                end = Receive();
            }

            if (end is null && entries[1].Returned != 0)
            {
                end = ReadInput();
            }

            end ??= Send();
            if (end is not null)
            {
                return end;
            }
        }
    }

    public void Dispose()
    {
        if (_saved is not null)
        {
            Terminal.Restore(Stdin, _saved);
            _saved = null;
        }

        _signals.Dispose();
        _socket.Dispose();
    }

    private void Introduce()
    {
        _ = _socket.Send([MuxProtocol.Attach, (byte)_targets], wait: true);
        int got = _socket.Receive(_buffer);
        if (got == 0 || _buffer[0] != MuxProtocol.Done)
        {
            string reason = got > 1 && _buffer[0] == MuxProtocol.Refused ? Encoding.UTF8.GetString(_buffer, 1, got - 1) : "it does not answer";
            throw new PodctlException(ExitCode.RunFailed, $"what holds the app's streams refuses: {reason}");
        }
    }

    private void Resize()
    {
        if ((_targets & TerminalSides) != 0 && Terminal.WindowSizeOf(Terminal.IsTerminal(Stdin) ? Stdin : Stdout) is { } size)
        {
            _toSend.Enqueue([MuxProtocol.Size, .. BitConverter.GetBytes(size)]);
        }
    }

    private AttachEnd? HandleSignals()
    {
        foreach (int signal in _signals.Take())
        {
            if (signal != PodSession.WindowChanged)
            {
                return new AttachEnd(AttachEndKind.Signal, signal);
            }

            Resize();
        }

        return null;
    }

    private AttachEnd? Receive()
    {
        int got = _socket.Receive(_buffer);
        switch (got == 0 ? (byte)0 : _buffer[0])
        {
            case 0:
                return new AttachEnd(AttachEndKind.Lost);
            case MuxProtocol.Ended:
                return new AttachEnd(AttachEndKind.AppEnded);
            case MuxProtocol.Lost when long.TryParse(_buffer.AsSpan(1, got - 1), out long bytes):
                _warn($"{bytes} bytes of the app's output came faster than they were taken, leaving them out; `podctl logs` has all");
                return null;
            case MuxProtocol.Output or MuxProtocol.Error:
                return Show(_outputs[_buffer[0] == MuxProtocol.Error ? 1 : 0], _buffer.AsSpan(1, got - 1));
            default:
                return null;
        }
    }

    /// <summary>Somebody who reads slowly is waited for, but not at the price of a signal.</summary>
    private AttachEnd? Show(Fd to, ReadOnlySpan<byte> bytes)
    {
        try
        {
            Span<Libc.PollFd> entries = stackalloc Libc.PollFd[2];
            while (bytes.Length > 0)
            {
                entries[0] = new Libc.PollFd { Fd = to.Number, Events = Writable };
                entries[1] = new Libc.PollFd { Fd = _signals.Fd.Number, Events = Readable };
                _ = Poll.Wait(entries, null);
                if (entries[1].Returned != 0 && HandleSignals() is { } end)
                {
                    return end;
                }

                bytes = entries[0].Returned != 0 ? bytes[Files.TryWrite(to, bytes[..Math.Min(bytes.Length, PipeBytes)])..] : bytes;
            }

            return null;
        }
        catch (NativeException e) when (e.Errno is Errno.EPIPE or Errno.EIO)
        {
            return new AttachEnd(AttachEndKind.NothingLeft);
        }
    }

    private AttachEnd? ReadInput()
    {
        Span<byte> typed = _buffer.AsSpan(0, MuxProtocol.MessageLimit / 2);
        int got;
        try
        {
            got = Files.Read(_stdin, typed);
        }
        catch (NativeException e) when (e.Errno is Errno.EIO or Errno.EAGAIN)
        {
            got = e.Errno == Errno.EIO ? 0 : -1; // EIO: the terminal is gone
        }

        if (got == 0)
        {
            _hasInput = false;
            return null;
        }

        List<byte> rest = [];
        bool leaves = false;
        if (_saved is null)
        {
            rest.AddRange(typed[..Math.Max(got, 0)]);
        }
        else
        {
            leaves = _keys.Read(typed[..Math.Max(got, 0)], rest);
        }

        if (rest.Count > 0)
        {
            _toSend.Enqueue([MuxProtocol.Input, .. CollectionsMarshal.AsSpan(rest)]);
        }

        return leaves ? Send() ?? new AttachEnd(AttachEndKind.Left) : null;
    }

    private AttachEnd? Send()
    {
        while (_toSend.TryPeek(out byte[]? message))
        {
            Errno errno = _socket.Send(message, wait: false);
            if (errno == Errno.EAGAIN)
            {
                return null;
            }

            _ = _toSend.Dequeue(); // with the other side gone, there is still what it has said before
        }

        return _hasInput || (_targets & ~Inputs) != 0 ? null : new AttachEnd(AttachEndKind.NothingLeft);
    }
}
