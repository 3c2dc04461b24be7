using System.Runtime.InteropServices;
using System.Text;

namespace Common.Native;

/// <summary>A unix(7) datagram socket: to receive sd_notify(3) messages, or to send to a journal.</summary>
internal sealed unsafe class DatagramSocket : IDisposable
{
    private const ushort UnixFamily = 1;
    private const int Datagram = 2;
    private const int CloseOnExec = 0x80000;
    private const int SocketLevel = 1;
    private const int ScmCredentials = 2;
    private const int NoSignal = 0x4000;
    private const int DoNotWait = 0x40;

    private DatagramSocket() => Fd = new Fd(NativeException.ThrowIfFailed(Libc.Socket(UnixFamily, Datagram | CloseOnExec, 0), "socket"));

    internal Fd Fd { get; }

    /// <summary>A socket that receives at a path, which must not exist.</summary>
    internal static DatagramSocket Bind(string path)
    {
        DatagramSocket socket = new();
        return socket.With(path, UnixAddress.Bind);
    }

    /// <summary>A socket that sends to the one at a path.</summary>
    internal static DatagramSocket Connect(string path)
    {
        DatagramSocket socket = new();
        return socket.With(path, UnixAddress.Connect);
    }

    /// <summary>Receives one message if there is one.</summary>
    internal string? TryReceive()
    {
        byte* buffer = stackalloc byte[4096];
        Libc.IoVec vector = new() { Base = buffer, Length = 4096 };
        Libc.MsgHdr header = new() { Vectors = &vector, VectorCount = 1 };
        nint got = Libc.RecvMsg(Fd.Number, &header, DoNotWait);
        return got < 0 ? null : Encoding.UTF8.GetString(buffer, (int)got);
    }

    /// <summary>Sends one message, waiting for room.</summary>
    internal void Send(ReadOnlySpan<byte> message)
    {
        fixed (byte* start = message)
        {
            Libc.IoVec vector = new() { Base = start, Length = (nuint)message.Length };
            Libc.MsgHdr header = new() { Vectors = &vector, VectorCount = 1 };
            _ = NativeException.ThrowIfFailed(Libc.SendMsg(Fd.Number, &header, NoSignal), "sendmsg");
        }
    }

    /// <summary>
    /// Sends one message, waiting for room, in the name of another process (SCM_CREDENTIALS; needs CAP_SYS_ADMIN).
    /// </summary>
    /// <returns>None, ESRCH if that process is gone, or what else went wrong.</returns>
    internal Errno SendAs(ReadOnlySpan<byte> message, int pid, uint uid, uint gid)
    {
        // struct cmsghdr is 16 bytes and struct ucred 12; CMSG_SPACE rounds up to 32, CMSG_LEN is 28 (cmsg(3)).
        byte* control = stackalloc byte[32];
        *(nuint*)control = 28;
        *(int*)(control + 8) = SocketLevel;
        *(int*)(control + 12) = ScmCredentials;
        *(int*)(control + 16) = pid;
        *(uint*)(control + 20) = uid;
        *(uint*)(control + 24) = gid;
        fixed (byte* start = message)
        {
            Libc.IoVec vector = new() { Base = start, Length = (nuint)message.Length };
            Libc.MsgHdr header = new() { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = 32 };
            while (Libc.SendMsg(Fd.Number, &header, NoSignal) < 0)
            {
                Errno errno = (Errno)Marshal.GetLastPInvokeError();
                if (errno != Errno.EINTR)
                {
                    return errno;
                }
            }
        }

        return Errno.None;
    }

    /// <summary>Whether something that was sent has not been received yet (TIOCOUTQ; for unix sockets, what the receiver still has queued).</summary>
    internal bool HasUnread
    {
        get
        {
            const nuint bytesQueued = 0x5411;
            int count = 0;
            return Libc.IoCtl(Fd.Number, bytesQueued, &count) == 0 && count > 0;
        }
    }

    public void Dispose() => Fd.Dispose();

    private DatagramSocket With(string path, Action<Fd, string> call)
    {
        try
        {
            call(Fd, path);
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }
}
