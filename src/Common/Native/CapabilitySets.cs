using System.Runtime.InteropServices;

namespace Common.Native;

/// <summary>The capabilities of the calling thread (capget(2)).</summary>
internal static unsafe class CapabilitySets
{
    private const uint Version = 0x20080522; // _LINUX_CAPABILITY_VERSION_3
    private const int Words = 2; // of 32 bits each
    private const int Sets = 3; // effective, permitted and inheritable, in turn

    private static long SysCapGet => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 125 : 90;

    private static long SysCapSet => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 126 : 91;

    /// <summary>
    /// Lets nothing through the next execve(2) beside what the bounding set and the user allow. What a caller has in its inheritable set, root would get there in spite of the bounding
    /// set (capabilities(7), "Transformation of capabilities during execve()"); ambient capabilities go with it.
    /// </summary>
    internal static void ClearInheritable()
    {
        uint* header = stackalloc uint[] { Version, 0 };
        uint* sets = stackalloc uint[Words * Sets];
        _ = NativeException.ThrowIfFailed(Libc.SysCall(SysCapGet, (nint)header, (nint)sets, 0, 0, 0), "capget");
        for (int i = 0; i < Words; i++)
        {
            sets[(i * Sets) + 2] = 0;
        }

        _ = NativeException.ThrowIfFailed(Libc.SysCall(SysCapSet, (nint)header, (nint)sets, 0, 0, 0), "capset");
    }

    /// <summary>Gives up those that the next execve(2) takes, but for one, and all that is inheritable.</summary>
    /// <param name="dropped">Their numbers.</param>
    /// <param name="kept">The one, below 32.</param>
    internal static void Drop(IReadOnlyList<int> dropped, int kept)
    {
        uint* header = stackalloc uint[] { Version, 0 };
        uint* sets = stackalloc uint[Words * Sets];
        _ = NativeException.ThrowIfFailed(Libc.SysCall(SysCapGet, (nint)header, (nint)sets, 0, 0, 0), "capget");
        foreach (int capability in dropped.Where(number => number != kept))
        {
            sets[capability / 32 * Sets] &= ~(1u << (capability % 32));
            sets[(capability / 32 * Sets) + 1] &= ~(1u << (capability % 32));
        }

        sets[2] = sets[Sets + 2] = 0;
        _ = NativeException.ThrowIfFailed(Libc.SysCall(SysCapSet, (nint)header, (nint)sets, 0, 0, 0), "capset");
    }

    /// <summary>Keeps one capability of all.</summary>
    /// <param name="capability">Its number, below 32.</param>
    internal static void KeepOnly(int capability)
    {
        uint* header = stackalloc uint[] { Version, 0 };
        uint* sets = stackalloc uint[] { 1u << capability, 1u << capability, 0, 0, 0, 0 };
        _ = NativeException.ThrowIfFailed(Libc.SysCall(SysCapSet, (nint)header, (nint)sets, 0, 0, 0), "capset");
    }
}
