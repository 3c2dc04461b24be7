using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace Common.Native;

/// <summary>
/// Lets a library read files through memory that somebody else may cut short meanwhile. What is gone then reads as zeros, instead of ending the process by SIGBUS (mmap(2)), as systemd's own programs do it.
/// </summary>
internal static unsafe class BusErrors
{
    private const int BusSignal = 7; // SIGBUS
    private const int WithInfo = 4; // SA_SIGINFO
    private const int AddressAt = 16; // si_addr in siginfo_t, on 64-bit architectures
    private const int Fixed = 0x10 | 0x20 | 0x02; // MAP_FIXED, MAP_ANONYMOUS, MAP_PRIVATE

    /// <summary>From now on, for the whole process.</summary>
    internal static void ReadAsZeros()
    {
        Action action = new() { Handler = &Handle, Flags = WithInfo };
        _ = Libc.SigAction(BusSignal, &action, null);
    }

    // The faulting thread is inside the library, so that managed code may run on it.
    [UnmanagedCallersOnly]
    private static void Handle(int signal, byte* info, void* context)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        nuint address = *(nuint*)(info + AddressAt) / page * page;
        if ((nint)mmap((void*)address, (int)page, PROT_READ | PROT_WRITE, Fixed, -1, 0) == -1)
        {
            _ = Libc.Kill(Libc.GetPid(), SIGKILL);
        }
    }

    /// <summary>struct sigaction of glibc and musl, 64 bits.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Action
    {
        internal delegate* unmanaged<int, byte*, void*, void> Handler;
        internal fixed ulong Mask[16];
        internal int Flags;
        internal nint Restorer;
    }
}
