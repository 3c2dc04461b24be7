using Common.Native;

namespace PodManager.Lifecycle.Foreground;

/// <summary>Lets another thread wake a poll(2) (eventfd(2)).</summary>
internal sealed class Wakeup : IDisposable
{
    private const int CloseOnExec = 0x80000;

    public Fd Fd { get; } = new(NativeException.ThrowIfFailed(Libc.EventFd(0, CloseOnExec), "eventfd"));

    public void Set() => Files.WriteAll(Fd, BitConverter.GetBytes(1UL));

    public void Reset()
    {
        Span<byte> count = stackalloc byte[8];
        _ = Files.Read(Fd, count);
    }

    public void Dispose() => Fd.Dispose();
}
