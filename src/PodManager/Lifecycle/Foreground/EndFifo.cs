using Common.Native;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle.Foreground;

/// <summary>Where the command that has written an app's status says so. A watch (inotify(7)) would do without, but closing one waits for an SRCU grace period.</summary>
internal sealed class EndFifo : IDisposable
{
    private const uint OwnerOnly = 0x180;

    private readonly string _status;

    /// <param name="pod">The pod's directories.</param>
    /// <param name="app">The app.</param>
    /// <param name="owner">The pod's root user as the host numbers it.</param>
    public EndFifo(PodDirectories pod, string app, uint owner)
    {
        _status = Path.Combine(pod.Status, app);
        string path = pod.InExchange(Exchange.End(app));
        _ = NativeException.ThrowIfFailed(Libc.MkFifoAt(Libc.AtFdCwd, path, OwnerOnly), "mkfifo", $"'{path}'");
        Files.SetOwner(null, path, owner, owner);

        // For writing too: with nobody else there it is neither at its end nor hung up (fifo(7)).
        Fd = Files.Open(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW);
    }

    /// <summary>Readable when there is something to look at.</summary>
    public Fd Fd { get; }

    /// <summary>Takes what was said. Who said it is not known, so that the status itself has to be there.</summary>
    public bool HasEnded()
    {
        Span<byte> said = stackalloc byte[64];
        try
        {
            _ = Files.Read(Fd, said);
        }
        catch (NativeException e) when (e.Errno == Errno.EAGAIN)
        {
            return false;
        }

        return new FileInfo(_status) is { Exists: true, Length: > 0 };
    }

    public void Dispose() => Fd.Dispose();
}
