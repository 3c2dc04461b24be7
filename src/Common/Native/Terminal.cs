using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace Common.Native;

/// <summary>Terminals and pseudo-terminals (termios(3), pty(7)).</summary>
internal static unsafe class Terminal
{
    // Larger than struct termios of glibc (60 bytes) and musl.
    private const int TermiosSize = 256;
    private const int Now = 0; // TCSANOW
    private const int AfterOutput = 1; // TCSADRAIN
    private const uint OwnerReadWriteGroupWrite = 0x190;
    private const nuint GetPeer = 0x5441; // TIOCGPTPEER, ioctl_tty(2)
    private const nuint GetWindowSize = 0x5413; // TIOCGWINSZ
    private const nuint SetWindowSizeRequest = 0x5414; // TIOCSWINSZ

    internal static bool IsTerminal(int fd) => Libc.IsATty(fd) == 1;

    /// <summary>A new pseudo-terminal: the master's side, and the path of the other.</summary>
    internal static (Fd Master, string Path) Create()
    {
        Fd master = new(NativeException.ThrowIfFailed(Libc.PosixOpenPt(O_RDWR | O_NOCTTY | O_CLOEXEC), "posix_openpt"));
        _ = NativeException.ThrowIfFailed(Libc.UnlockPt(master.Number), "unlockpt");
        byte* name = stackalloc byte[128];
        int error = Libc.PtsNameR(master.Number, name, 128);
        return error == 0 ? (master, Marshal.PtrToStringUTF8((nint)name)!) : throw new NativeException("ptsname_r", "", (Errno)error);
    }

    /// <summary>A new pseudo-terminal of a certain instance of devpts(5): both sides. Nothing else is opened, whatever is in its place: to open a device, or a link to one, can do something.</summary>
    /// <param name="root">A root directory that is not trusted.</param>
    /// <param name="path">The instance's `ptmx`, in that root.</param>
    internal static (Fd Master, Fd Slave) CreateIn(Fd root, string path)
    {
        using Fd found = Files.OpenInRoot(root, path, O_PATH);
        if (!Files.IsTerminalMultiplexer(found))
        {
            throw new NativeException("open", $"'{path}'", Errno.ENOTTY);
        }

        Fd master = Files.Open(found.ProcPath, O_RDWR | O_NOCTTY);
        _ = NativeException.ThrowIfFailed(Libc.UnlockPt(master.Number), "unlockpt");
        return (master, new Fd(NativeException.ThrowIfFailed(Libc.IoCtl(master.Number, GetPeer, (void*)(O_RDWR | O_NOCTTY | O_CLOEXEC)), "ioctl", "(terminal)")));
    }

    /// <summary>Makes a terminal somebody's own, as login(1) does.</summary>
    internal static void GiveTo(Fd terminal, uint uid, uint gid)
    {
        _ = NativeException.ThrowIfFailed(Libc.FChOwn(terminal.Number, uid, gid), "chown", "(terminal)");
        _ = NativeException.ThrowIfFailed(Libc.FChMod(terminal.Number, OwnerReadWriteGroupWrite), "chmod", "(terminal)");
    }

    /// <summary>Switches a terminal to raw mode.</summary>
    /// <returns>The settings it had, for <see cref="Restore"/>.</returns>
    internal static byte[] MakeRaw(int fd)
    {
        byte[] saved = new byte[TermiosSize];
        byte* raw = stackalloc byte[TermiosSize];
        fixed (byte* old = saved)
        {
            _ = NativeException.ThrowIfFailed(Libc.TcGetAttr(fd, old), "tcgetattr");
            new ReadOnlySpan<byte>(old, TermiosSize).CopyTo(new Span<byte>(raw, TermiosSize));
        }

        Libc.CfMakeRaw(raw);
        _ = NativeException.ThrowIfFailed(Libc.TcSetAttr(fd, Now, raw), "tcsetattr");
        return saved;
    }

    /// <summary>Lets a terminal show nothing of what is typed but the line break.</summary>
    /// <returns>The settings it had, for <see cref="Restore"/>.</returns>
    internal static byte[] HideInput(int fd)
    {
        const int localFlagsAt = 12; // struct termios of Linux: c_iflag, c_oflag, c_cflag, c_lflag
        const uint echo = 0x8; // ECHO
        byte[] saved = new byte[TermiosSize];
        fixed (byte* old = saved)
        {
            _ = NativeException.ThrowIfFailed(Libc.TcGetAttr(fd, old), "tcgetattr");
        }

        byte[] hidden = [.. saved];
        fixed (byte* settings = hidden)
        {
            *(uint*)(settings + localFlagsAt) &= ~echo;
            _ = NativeException.ThrowIfFailed(Libc.TcSetAttr(fd, AfterOutput, settings), "tcsetattr");
        }

        return saved;
    }

    /// <summary>Gives a terminal its settings back, once what was written to it is out.</summary>
    internal static void Restore(int fd, byte[] saved)
    {
        fixed (byte* old = saved)
        {
            _ = Libc.TcSetAttr(fd, AfterOutput, old); // best effort: the terminal may have hung up
        }
    }

    /// <summary>Gives one terminal the window size of another.</summary>
    internal static void CopyWindowSize(int from, Fd to)
    {
        if (WindowSizeOf(from) is { } size)
        {
            SetWindowSize(to, size);
        }
    }

    /// <returns>struct winsize, ioctl_tty(2); null if this is no terminal.</returns>
    internal static ulong? WindowSizeOf(int terminal)
    {
        ulong size = 0;
        return Libc.IoCtl(terminal, GetWindowSize, &size) == 0 ? size : null;
    }

    internal static void SetWindowSize(Fd terminal, ulong size) => _ = Libc.IoCtl(terminal.Number, SetWindowSizeRequest, &size); // best effort: a terminal without a size stays without
}
