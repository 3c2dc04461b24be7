using Microsoft.Win32.SafeHandles;

namespace Common.Native;

/// <summary>An owned reference to an `sd_bus_message *`.</summary>
internal sealed class BusMessageHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public BusMessageHandle(nint message)
        : base(ownsHandle: true) => SetHandle(message);

    protected override bool ReleaseHandle()
    {
        _ = LibSystemd.MessageUnref(handle);
        return true;
    }
}
