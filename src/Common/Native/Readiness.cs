using System.Diagnostics;
using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace Common.Native;

/// <summary>Waits for descriptors with poll(2), ended early by a cancellation.</summary>
internal static unsafe class Readiness
{
    /// <summary>Waits until the descriptor has one of the events.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="events">POLLIN and so on.</param>
    /// <param name="timeout">Null: as long as it takes.</param>
    /// <param name="ct">Ends the wait with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>False if the time is up.</returns>
    internal static bool Wait(int descriptor, short events, TimeSpan? timeout, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using Fd? wake = ct.CanBeCanceled ? new Fd(NativeException.ThrowIfFailed(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) : null;
        using CancellationTokenRegistration registration = wake is null ? default : ct.UnsafeRegister(static state => Signal((Fd)state!), wake);
        long start = Stopwatch.GetTimestamp();
        Libc.PollFd* fds = stackalloc Libc.PollFd[2];
        fds[0] = new Libc.PollFd { Fd = descriptor, Events = events };
        fds[1] = new Libc.PollFd { Fd = wake?.Number ?? -1, Events = (short)POLLIN };
        while (true)
        {
            int ready = Libc.Poll(fds, 2, Remaining(timeout, start));
            ct.ThrowIfCancellationRequested();
            if (ready > 0)
            {
                return true;
            }

            if (ready == 0 && timeout is not null && Stopwatch.GetElapsedTime(start) >= timeout)
            {
                return false;
            }

            if (ready < 0 && (Errno)Marshal.GetLastPInvokeError() != Errno.EINTR)
            {
                throw new NativeException("poll", "", (Errno)Marshal.GetLastPInvokeError());
            }
        }
    }

    // Rounded up, so that the last round does not spin; a long wait is simply done in several.
    private static int Remaining(TimeSpan? timeout, long start) => timeout is null
        ? -1
        : (int)Math.Clamp(Math.Ceiling((timeout.Value - Stopwatch.GetElapsedTime(start)).TotalMilliseconds), 0, int.MaxValue);

    private static void Signal(Fd wake)
    {
        ulong one = 1;
        _ = Libc.Write(wake.Number, (byte*)&one, sizeof(ulong)); // cannot fail: the counter is nowhere near its limit
    }
}
