using static Tmds.Linux.LibC;

namespace Common.Native;

/// <summary>A process that cannot be mistaken for a later one with the same number (pidfd_open(2)).</summary>
internal static class Pidfd
{
    /// <summary>Opens a process.</summary>
    /// <returns>Null if it is gone.</returns>
    internal static Fd? Open(int pid)
    {
        long fd = Libc.SysCall(Libc.SysPidfdOpen, pid, 0, 0, 0, 0);
        if (fd >= 0)
        {
            return new Fd((int)fd);
        }

        Errno errno = (Errno)System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
        return errno == Errno.ESRCH ? null : throw new NativeException("pidfd_open", pid.ToString(), errno);
    }

    /// <summary>pidfd_send_signal(2).</summary>
    /// <returns>False if the process is gone.</returns>
    internal static bool Signal(Fd process, int signal)
    {
        if (Libc.SysCall(Libc.SysPidfdSendSignal, process.Number, signal, 0, 0, 0) >= 0)
        {
            return true;
        }

        Errno errno = (Errno)System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
        return errno == Errno.ESRCH ? false : throw new NativeException("pidfd_send_signal", signal.ToString(), errno);
    }

    /// <summary>Whether the process has ended.</summary>
    internal static bool HasEnded(Fd process) => Poll.Ready(process, POLLIN);
}
