using Microsoft.Win32.SafeHandles;

namespace Common.Native;

/// <summary>An owned file descriptor; closed exactly once. Every one is born close-on-exec.</summary>
internal sealed class Fd : SafeHandleZeroOrMinusOneIsInvalid
{
    public Fd()
        : base(ownsHandle: true)
    {
    }

    public Fd(int fd, bool owns = true)
        : base(owns) => SetHandle(fd);

    // Descriptor 0 is a descriptor like any other.
    public override bool IsInvalid => handle < 0;

    /// <summary>The number, for calls that take a plain int. Valid only while this object is referenced.</summary>
    public int Number => (int)handle;

    /// <summary>A path that opens what this descriptor refers to (proc(5), /proc/self/fd).</summary>
    public string ProcPath => $"/proc/self/fd/{(int)handle}";

    /// <summary>The same for other processes, as long as this one has it.</summary>
    public string PathForOthers => $"/proc/{Environment.ProcessId}/fd/{(int)handle}";

    protected override bool ReleaseHandle()
    {
        // close(2) must never be retried: the descriptor is gone even on EINTR.
        _ = Libc.Close((int)handle);
        return true;
    }
}
