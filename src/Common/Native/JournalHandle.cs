using Microsoft.Win32.SafeHandles;

namespace Common.Native;

/// <summary>An owned `sd_journal *`.</summary>
internal sealed class JournalHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public JournalHandle(nint journal)
        : base(ownsHandle: true) => SetHandle(journal);

    protected override bool ReleaseHandle()
    {
        LibSystemd.JournalClose(handle);
        return true;
    }
}
