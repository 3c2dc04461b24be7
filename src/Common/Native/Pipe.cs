using static Tmds.Linux.LibC;

namespace Common.Native;

/// <summary>A pipe between this process and a child (pipe2(2)).</summary>
internal static unsafe class Pipe
{
    internal static (Fd Reader, Fd Writer) Create()
    {
        int* pair = stackalloc int[2];
        _ = NativeException.ThrowIfFailed(Libc.Pipe2(pair, O_CLOEXEC), "pipe2");
        return (new Fd(pair[0]), new Fd(pair[1]));
    }
}
