using System.Runtime.InteropServices;
using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <summary>Tells when something about a pod may have changed (inotify(7)): files in its directory, its apps' statuses, its cgroup.</summary>
internal sealed class PodWatch : IDisposable
{
    // A lock that is let go of tells nobody.
    private static readonly TimeSpan LockInterval = TimeSpan.FromSeconds(1);

    // For a host whose user has no inotify instance left (fs.inotify.max_user_instances).
    private static readonly TimeSpan BlindInterval = TimeSpan.FromMilliseconds(200);

    private readonly string _podDirectory;
    private readonly string _trashDirectory;
    private readonly string _cgroupEvents;
    private readonly Fd? _inotify;

    /// <param name="podDirectory">The pod's directory.</param>
    /// <param name="trashDirectory">Its name while it is being removed.</param>
    /// <param name="cgroupEvents">The file that tells whether it has processes.</param>
    public PodWatch(string podDirectory, string trashDirectory, string cgroupEvents)
    {
        _podDirectory = podDirectory;
        _trashDirectory = trashDirectory;
        _cgroupEvents = cgroupEvents;
        int inotify = Libc.INotifyInit1(Libc.InCloseOnExec | Libc.InNonBlocking);
        if (inotify < 0 && (Errno)Marshal.GetLastPInvokeError() is not Errno.EMFILE and Errno errno)
        {
            throw new NativeException("inotify_init1", "", errno);
        }

        _inotify = inotify < 0 ? null : new Fd(inotify);
    }

    public void Dispose() => _inotify?.Dispose();

    /// <summary>Watches what is there by now; to be called before each look.</summary>
    public void Renew()
    {
        const uint changes = Libc.InCreate | Libc.InMovedTo | Libc.InCloseWrite;
        Add(_podDirectory, changes | Libc.InMoveSelf | Libc.InDontFollow | Libc.InOnlyDirectory);
        Add(_trashDirectory, Libc.InDeleteSelf | Libc.InDontFollow | Libc.InOnlyDirectory);
        Add(_cgroupEvents, Libc.InModify);
        try
        {
            using Fd directory = Files.Open(_podDirectory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);

            // The pod's root may have put anything in this place.
            using Fd statuses = Files.OpenInRoot(
                directory,
                PodStore.StatusDirectory,
                O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
                resolve: Files.Resolve.Beneath | Files.Resolve.NoSymlinks | Files.Resolve.NoMountCrossing);
            Add(statuses.ProcPath, changes);
        }
        catch (NativeException)
        {
            return; // the directory's own watch, or the cgroup's, tells when there is more to see
        }
    }

    /// <summary>Waits for a change.</summary>
    public void Wait(bool isLockAwaited, TimeSpan? timeout, CancellationToken ct)
    {
        if (_inotify is null)
        {
            _ = Readiness.Wait(-1, 0, timeout < BlindInterval ? timeout : BlindInterval, ct);
            return;
        }

        TimeSpan? wait = isLockAwaited && !(timeout < LockInterval) ? LockInterval : timeout;
        if (Readiness.Wait(_inotify.Number, (short)POLLIN, wait, ct))
        {
            Drain(_inotify);
        }
    }

    private static void Drain(Fd inotify)
    {
        Span<byte> buffer = stackalloc byte[4096];
        try
        {
            while (Files.Read(inotify, buffer) > 0)
            {
                // what changed does not matter: everything is looked at again
            }
        }
        catch (NativeException e) when (e.Errno == Errno.EAGAIN)
        {
            return;
        }
    }

    private void Add(string path, uint mask)
    {
        if (_inotify is null || Libc.INotifyAddWatch(_inotify.Number, path, mask) >= 0)
        {
            return;
        }

        Errno errno = (Errno)Marshal.GetLastPInvokeError();
        if (errno is not (Errno.ENOENT or Errno.ENOTDIR))
        {
            throw new NativeException("inotify_add_watch", $"'{path}'", errno);
        }
    }
}
