using System.Runtime.InteropServices;

namespace Common.Native;

/// <summary>Waits for descriptors (poll(2)).</summary>
internal static unsafe class Poll
{
    /// <summary>Waits until one of the descriptors can be read or is at its end. Null descriptors are passed over.</summary>
    /// <param name="descriptors">What to wait for.</param>
    /// <param name="timeout">Null for ever.</param>
    /// <param name="ready">Set for each descriptor that is ready; as long as <paramref name="descriptors"/>.</param>
    /// <returns>False when the time was up.</returns>
    internal static bool Wait(ReadOnlySpan<Fd?> descriptors, TimeSpan? timeout, Span<bool> ready)
    {
        const short readable = 1;
        Libc.PollFd* fds = stackalloc Libc.PollFd[descriptors.Length];
        for (int i = 0; i < descriptors.Length; i++)
        {
            fds[i] = new Libc.PollFd { Fd = descriptors[i]?.Number ?? -1, Events = readable };
        }

        int milliseconds = timeout is null ? -1 : (int)Math.Clamp(Math.Ceiling(timeout.Value.TotalMilliseconds), 0, int.MaxValue);
        int count = Libc.Poll(fds, (nuint)descriptors.Length, milliseconds);
        if (count < 0 && (Errno)Marshal.GetLastPInvokeError() != Errno.EINTR)
        {
            throw new NativeException("poll", "", (Errno)Marshal.GetLastPInvokeError());
        }

        for (int i = 0; i < descriptors.Length; i++)
        {
            ready[i] = count > 0 && fds[i].Returned != 0;
        }

        return count != 0;
    }

    /// <summary>Waits for what each entry asks for, and says in each what has come.</summary>
    /// <returns>False when the time was up, or a signal came.</returns>
    internal static bool Wait(Span<Libc.PollFd> entries, TimeSpan? timeout)
    {
        int milliseconds = timeout is null ? -1 : (int)Math.Clamp(Math.Ceiling(timeout.Value.TotalMilliseconds), 0, int.MaxValue);
        fixed (Libc.PollFd* start = entries)
        {
            int count = Libc.Poll(start, (nuint)entries.Length, milliseconds);
            if (count < 0 && (Errno)Marshal.GetLastPInvokeError() is var errno and not Errno.EINTR)
            {
                throw new NativeException("poll", "", errno);
            }

            if (count <= 0)
            {
                foreach (ref Libc.PollFd entry in entries)
                {
                    entry.Returned = 0;
                }
            }

            return count > 0;
        }
    }

    /// <summary>Waits until a descriptor can be written, or never can be again.</summary>
    internal static void WaitWritable(Fd descriptor)
    {
        Libc.PollFd fd = new() { Fd = descriptor.Number, Events = 4 };
        _ = Libc.Poll(&fd, 1, -1);
    }

    /// <summary>Whether a descriptor is ready now.</summary>
    internal static bool Ready(Fd descriptor, int events)
    {
        Libc.PollFd fd = new() { Fd = descriptor.Number, Events = (short)events };
        return Libc.Poll(&fd, 1, 0) > 0;
    }
}
