using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Output;

/// <summary>How large the terminal is (ioctl_tty(2), TIOCGWINSZ).</summary>
internal static unsafe class TerminalSize
{
    private static readonly (int, int) Usual = (80, 24);

    public static (int Columns, int Rows) OfStandardError()
    {
        ushort* size = stackalloc ushort[4];
        return Libc.IoCtl(STDERR_FILENO, (nuint)TIOCGWINSZ, size) == 0 && size[0] > 0 && size[1] > 0 ? (size[1], size[0]) : Usual;
    }
}
