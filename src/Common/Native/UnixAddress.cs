using System.Runtime.InteropServices;
using System.Text;

namespace Common.Native;

/// <summary>The address of a unix(7) socket: a path.</summary>
internal static unsafe class UnixAddress
{
    private const ushort UnixFamily = 1;
    private const int PathLimit = 107;

    internal static void Bind(Fd socket, string path) => Call(socket, path, static (fd, address, length) => Libc.Bind(fd, (void*)address, length), "bind");

    internal static void Connect(Fd socket, string path) => Call(socket, path, static (fd, address, length) => Libc.Connect(fd, (void*)address, length), "connect");

    private static void Call(Fd socket, string path, Func<int, nint, uint, int> call, string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(path);
        if (bytes.Length > PathLimit)
        {
            throw new NativeException(name, $"'{path}'", Errno.ENAMETOOLONG);
        }

        // struct sockaddr_un: the family, then the path with its terminating zero.
        byte* address = stackalloc byte[sizeof(ushort) + PathLimit + 1];
        new Span<byte>(address, sizeof(ushort) + PathLimit + 1).Clear();
        *(ushort*)address = UnixFamily;
        bytes.CopyTo(new Span<byte>(address + sizeof(ushort), PathLimit));
        if (call(socket.Number, (nint)address, (uint)(sizeof(ushort) + bytes.Length + 1)) < 0)
        {
            throw new NativeException(name, $"'{path}'", (Errno)Marshal.GetLastPInvokeError());
        }
    }
}
