using Microsoft.Win32.SafeHandles;

namespace Common.Native;

/// <summary>An owned `sd_bus *`; closing it first sends what is still queued.</summary>
internal sealed class BusHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public BusHandle(nint bus)
        : base(ownsHandle: true) => SetHandle(bus);

    protected override bool ReleaseHandle()
    {
        _ = LibSystemd.BusFlushCloseUnref(handle);
        return true;
    }
}
