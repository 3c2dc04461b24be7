using System.Runtime.InteropServices;

namespace Common.Native;

/// <summary>A failed system or library call: which one, on what, and the error number.</summary>
internal sealed class NativeException : Exception
{
    public NativeException(string call, string target, Errno errno)
        : base(target.Length == 0 ? $"{call}: {Describe(errno)}" : $"{call} {target}: {Describe(errno)}")
    {
        Call = call;
        Target = target;
        Errno = errno;
    }

    public string Call { get; }

    public string Target { get; }

    public Errno Errno { get; }

    /// <summary>The system's own words for the error (strerror(3)).</summary>
    public string Reason => Describe(Errno);

    /// <summary>For libc calls: a negative result means that errno tells why.</summary>
    internal static int ThrowIfFailed(int result, string call, string target = "")
    {
        if (result < 0)
        {
            throw new NativeException(call, target, (Errno)Marshal.GetLastPInvokeError());
        }

        return result;
    }

    internal static long ThrowIfFailed(long result, string call, string target = "")
    {
        if (result < 0)
        {
            throw new NativeException(call, target, (Errno)Marshal.GetLastPInvokeError());
        }

        return result;
    }

    /// <summary>For libsystemd: the negative result is the error number itself.</summary>
    internal static int ThrowIfNegative(int result, string call, string target = "")
    {
        if (result < 0)
        {
            throw new NativeException(call, target, (Errno)(-result));
        }

        return result;
    }

    internal static string Describe(Errno errno) => Marshal.GetPInvokeErrorMessage((int)errno);
}
