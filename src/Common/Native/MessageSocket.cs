using System.Runtime.InteropServices;

namespace Common.Native;

/// <summary>A unix(7) socket with a name that keeps the boundaries of its messages (SOCK_SEQPACKET). Descriptors are not taken: the kernel closes those that nobody asked for.</summary>
internal sealed unsafe class MessageSocket : IDisposable
{
    private const int UnixFamily = 1;
    private const int SeqPacket = 5;
    private const int CloseOnExec = 0x80000;
    private const int NoSignal = 0x4000;
    private const int DoNotWait = 0x40;
    private const int Backlog = 16;

    private MessageSocket(Fd fd) => Fd = fd;

    internal Fd Fd { get; }

    /// <summary>A socket that others connect to.</summary>
    internal static MessageSocket Listen(string path) => Named(socket =>
    {
        UnixAddress.Bind(socket, path);
        _ = NativeException.ThrowIfFailed(Libc.Listen(socket.Number, Backlog), "listen", $"'{path}'");
    });

    internal static MessageSocket Connect(string path) => Named(socket => UnixAddress.Connect(socket, path));

    /// <summary>Somebody who has connected.</summary>
    internal MessageSocket Accept() => new(new Fd(NativeException.ThrowIfFailed(Libc.Accept(Fd.Number, null, null, CloseOnExec), "accept4")));

    /// <summary>Sends one message.</summary>
    /// <param name="message">Its bytes.</param>
    /// <param name="wait">Whether to wait for room.</param>
    /// <returns>None; EAGAIN if there is no room; or what else went wrong, mostly EPIPE.</returns>
    internal Errno Send(ReadOnlySpan<byte> message, bool wait)
    {
        fixed (byte* start = message)
        {
            Libc.IoVec vector = new() { Base = start, Length = (nuint)message.Length };
            Libc.MsgHdr header = new() { Vectors = &vector, VectorCount = 1 };
            while (Libc.SendMsg(Fd.Number, &header, NoSignal | (wait ? 0 : DoNotWait)) < 0)
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

    /// <summary>Receives one message, waiting for it. What is longer than the buffer is cut.</summary>
    /// <param name="buffer">Where it goes.</param>
    /// <returns>Its length; 0 when the other side is gone.</returns>
    internal int Receive(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                Libc.IoVec vector = new() { Base = start, Length = (nuint)buffer.Length };
                Libc.MsgHdr header = new() { Vectors = &vector, VectorCount = 1 };
                nint got = Libc.RecvMsg(Fd.Number, &header, 0);
                if (got >= 0)
                {
                    return (int)got;
                }

                // A peer that ended with messages unread shows so once, before what it has sent itself (ECONNRESET).
                Errno errno = (Errno)Marshal.GetLastPInvokeError();
                if (errno != Errno.EINTR && (int)errno != Tmds.Linux.LibC.ECONNRESET)
                {
                    throw new NativeException("recvmsg", "", errno);
                }
            }
        }
    }

    public void Dispose() => Fd.Dispose();

    private static MessageSocket Named(Action<Fd> name)
    {
        Fd fd = new(NativeException.ThrowIfFailed(Libc.Socket(UnixFamily, SeqPacket | CloseOnExec, 0), "socket"));
        try
        {
            name(fd);
            return new MessageSocket(fd);
        }
        catch
        {
            fd.Dispose();
            throw;
        }
    }
}
