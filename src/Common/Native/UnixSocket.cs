using System.Runtime.InteropServices;
using System.Text;
using static Tmds.Linux.LibC;

namespace Common.Native;

/// <summary>One end of a pair of connected sockets that keep message boundaries (unix(7), SOCK_SEQPACKET); how podctl and Stage1's halves talk.</summary>
internal sealed unsafe class UnixSocket : IDisposable
{
    private const int UnixFamily = 1;
    private const int SeqPacket = 5;
    private const int SocketCloseOnExec = 0x80000;
    private const int SocketLevel = 1;
    private const int SocketType = 3;
    private const int PassCredentials = 16;
    private const int ScmCredentials = 2;
    private const int NoSignal = 0x4000;
    private const int ControlCloseOnExec = 0x40000000;
    private const int MessageLimit = 8192;

    internal UnixSocket(Fd fd) => Fd = fd;

    internal Fd Fd { get; }

    internal static (UnixSocket Ours, UnixSocket Theirs) CreatePair()
    {
        int* pair = stackalloc int[2];
        _ = NativeException.ThrowIfFailed(Libc.SocketPair(UnixFamily, SeqPacket | SocketCloseOnExec, 0, pair), "socketpair");
        return (new UnixSocket(new Fd(pair[0])), new UnixSocket(new Fd(pair[1])));
    }

    /// <summary>Whether a descriptor that a process was started with is an end of such a pair.</summary>
    internal static bool IsConnectedPair(int fd)
    {
        int type = 0;
        uint length = sizeof(int);
        return Libc.GetSockOpt(fd, SocketLevel, SocketType, &type, &length) == 0 && type == SeqPacket;
    }

    /// <summary>Has the kernel add the sender's process id to every message received here (SO_PASSCRED).</summary>
    internal void ReceiveSenders()
    {
        int on = 1;
        _ = NativeException.ThrowIfFailed(Libc.SetSockOpt(Fd.Number, SocketLevel, PassCredentials, &on, sizeof(int)), "setsockopt");
    }

    /// <summary>Sends one message; a vanished peer is not an error here, it shows when receiving.</summary>
    internal void Send(string message)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(message);
        fixed (byte* start = bytes)
        {
            Libc.IoVec vector = new() { Base = start, Length = (nuint)Math.Min(bytes.Length, MessageLimit) };
            Libc.MsgHdr header = new() { Vectors = &vector, VectorCount = 1 };
            _ = Libc.SendMsg(Fd.Number, &header, NoSignal);
        }
    }

    /// <summary>Receives one message.</summary>
    /// <returns>Its text and, after <see cref="ReceiveSenders"/>, the sender's pid as seen from here; null when the peer is gone.</returns>
    internal (string Text, int SenderPid)? Receive()
    {
        byte* buffer = stackalloc byte[MessageLimit];
        byte* control = stackalloc byte[128];
        while (true)
        {
            Libc.IoVec vector = new() { Base = buffer, Length = MessageLimit };
            Libc.MsgHdr header = new() { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = 128 };
            nint got = Libc.RecvMsg(Fd.Number, &header, ControlCloseOnExec);
            if (got > 0)
            {
                return (Encoding.UTF8.GetString(buffer, (int)got), SenderOf(&header));
            }

            if (got == 0)
            {
                return null;
            }

            Errno errno = (Errno)Marshal.GetLastPInvokeError();
            if (errno == Errno.EINTR)
            {
                continue;
            }

            // A peer that ended with messages unread shows so once, before what it has sent itself, and then as any that is gone.
            if ((int)errno != ECONNRESET)
            {
                throw new NativeException("recvmsg", "", errno);
            }
        }
    }

    public void Dispose() => Fd.Dispose();

    /// <summary>The pid in an SCM_CREDENTIALS control message: struct cmsghdr (16 bytes), then struct ucred (cmsg(3), unix(7)).</summary>
    private static int SenderOf(Libc.MsgHdr* header)
    {
        byte* control = (byte*)header->Control;
        return header->ControlLength >= 28 && *(int*)(control + 8) == SocketLevel && *(int*)(control + 12) == ScmCredentials
            ? *(int*)(control + 16)
            : 0;
    }
}
