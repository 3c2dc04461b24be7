using System.Buffers.Binary;
using System.Text;
using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle.Foreground;

/// <summary>
/// Writes what a foreground app printed into the pod's journal, line by line, in the app's own name: the journal's trusted fields are those of a process
/// in the app's cgroup, as if it had been connected to the journal itself. Native protocol: systemd.io/JOURNAL_NATIVE_PROTOCOL.
/// </summary>
internal sealed class JournalForwarder : IDisposable
{
    // Between the end of the app and the start of the command that writes its status there is a moment without any process.
    private static readonly TimeSpan SenderTimeout = TimeSpan.FromSeconds(5);

    private const string JournalSocket = "/run/systemd/journal/socket";

    private readonly Lock _lock = new();
    private readonly string _rootPath;
    private readonly string _processesPath;
    private readonly byte[] _header;
    private readonly uint _uid;
    private readonly uint _gid;
    private readonly Func<bool> _isPodGone;
    private readonly ArrayWriter _message = new();
    private DatagramSocket? _socket;
    private Fd? _process;
    private int _sender;
    private bool _isKnown;
    private volatile bool _isBroken;

    /// <param name="leaderPid">The pod's PID 1.</param>
    /// <param name="cgroup">The pod's cgroup directory.</param>
    /// <param name="app">The app's name.</param>
    /// <param name="uid">Its user, as the host numbers it.</param>
    /// <param name="gid">Its group, as the host numbers it.</param>
    /// <param name="isPodGone">Whether there is nobody left to write for.</param>
    public JournalForwarder(int leaderPid, string cgroup, string app, uint uid, uint gid, Func<bool> isPodGone)
    {
        _rootPath = $"/proc/{leaderPid}/root";
        _processesPath = $"{cgroup}/system.slice/{app}.service/cgroup.procs";
        _header = Encoding.UTF8.GetBytes($"PRIORITY=6\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER={app}\nMESSAGE");
        _uid = uid;
        _gid = gid;
        _isPodGone = isPodGone;
    }

    /// <summary>Whether a line could not be written, so that the journal is incomplete.</summary>
    public bool HasLostLines { get; private set; }

    /// <summary>Writes one line, without its newline; any bytes.</summary>
    public void Write(ReadOnlySpan<byte> line)
    {
        lock (_lock)
        {
            _message.Clear();
            _message.Append(_header);

            // The form for values that may contain newlines: the name alone, the length as 64 bits little endian, the bytes.
            Span<byte> length = stackalloc byte[9];
            length[0] = (byte)'\n';
            BinaryPrimitives.WriteUInt64LittleEndian(length[1..], (ulong)line.Length);
            _message.Append(length);
            _message.Append(line);
            _message.Append("\n"u8);
            if (!TrySend(_message.Written))
            {
                HasLostLines = true;
            }
        }
    }

    /// <summary>Waits until journald has written every line.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            // journald takes one datagram after the other and ignores empty ones: once it has read this one it has dealt with all before.
            if (_socket is not null && TrySend([]))
            {
                AwaitReading();
            }
        }
    }

    public void Dispose()
    {
        _isBroken = true; // whoever is still at it stops
        lock (_lock)
        {
            Forget();
            _socket?.Dispose();
        }
    }

    private bool TrySend(ReadOnlySpan<byte> message)
    {
        long deadline = Environment.TickCount64 + (long)SenderTimeout.TotalMilliseconds;
        while (!_isBroken)
        {
            if (_sender != 0 || FindSender())
            {
                switch (_isKnown ? Send(message) : Introduce())
                {
                    case Errno.None when _isKnown:
                        return true;
                    case Errno.None:
                        _isKnown = true;
                        continue;
                    case Errno.ESRCH:
                        Forget(); // it has ended; the next one takes over
                        continue;
                    case Errno.ECONNREFUSED or Errno.ENOENT or Errno.ENOTCONN:
                        _socket?.Dispose(); // journald is being restarted
                        _socket = null;
                        _isKnown = false;
                        break;
                    default:
                        _isBroken = true;
                        continue;
                }
            }

            if (_isPodGone() || Environment.TickCount64 > deadline)
            {
                _isBroken = true;
            }

            _ = Poll.Wait([], TimeSpan.FromMilliseconds(1), []);
        }

        return false;
    }

    private Errno Send(ReadOnlySpan<byte> message)
    {
        try
        {
            _socket ??= Connect();
        }
        catch (NativeException e)
        {
            return e.Errno;
        }

        return _socket.SendAs(message, _sender, _uid, _gid);
    }

    /// <summary>The pod's root may have put a link in the socket's place: it must not lead out of the pod.</summary>
    private DatagramSocket Connect()
    {
        using Fd root = Files.Open(_rootPath, O_PATH | O_DIRECTORY);
        using Fd socket = Files.OpenInRoot(root, JournalSocket, O_PATH);
        return DatagramSocket.Connect(socket.ProcPath);
    }

    private bool FindSender()
    {
        _process = PodCgroups.OpenFirst(_processesPath, out int pid);
        _sender = _process is null ? 0 : pid;
        return _sender != 0;
    }

    /// <summary>
    /// journald looks a sender up when it reads the first message from it, and remembers. So that is one that says nothing (an empty line between two entries), and if the sender has ended by the time it was read, its unit may not be known.
    /// </summary>
    private Errno Introduce()
    {
        Errno result = Send("\n"u8);
        if (result != Errno.None)
        {
            return result;
        }

        AwaitReading();
        return Pidfd.HasEnded(_process!) ? Errno.ESRCH : Errno.None;
    }

    private void Forget()
    {
        _process?.Dispose();
        _process = null;
        _sender = 0;
        _isKnown = false;
    }

    private void AwaitReading()
    {
        long deadline = Environment.TickCount64 + (long)SenderTimeout.TotalMilliseconds;
        while (!_isBroken && _socket!.HasUnread && !_isPodGone() && Environment.TickCount64 < deadline)
        {
            _ = Poll.Wait([], TimeSpan.FromMilliseconds(1), []);
        }
    }

    /// <summary>A byte buffer that grows and is used again.</summary>
    private sealed class ArrayWriter
    {
        private byte[] _bytes = new byte[8192];
        private int _length;

        public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

        public void Clear() => _length = 0;

        public void Append(ReadOnlySpan<byte> more)
        {
            if (_length + more.Length > _bytes.Length)
            {
                Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + more.Length));
            }

            more.CopyTo(_bytes.AsSpan(_length));
            _length += more.Length;
        }
    }
}
