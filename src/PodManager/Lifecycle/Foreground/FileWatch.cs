using Common.Native;

namespace PodManager.Lifecycle.Foreground;

/// <summary>Tells of what happens to files (inotify(7)), also when it happens inside the pod.</summary>
internal sealed class FileWatch : IDisposable
{
    private const int CloseOnExecNonBlocking = 0x80800;
    private const uint ClosedAfterWriting = 0x08; // IN_CLOSE_WRITE

    public Fd Fd { get; } = new(NativeException.ThrowIfFailed(Libc.INotifyInit1(CloseOnExecNonBlocking), "inotify_init"));

    /// <summary>Reports every file of the directory that somebody has finished writing from now on.</summary>
    public int OnWriteIn(string path) => Add(path, ClosedAfterWriting);

    /// <summary>What has happened: the number of the watch.</summary>
    public IEnumerable<int> Take()
    {
        byte[] buffer = new byte[4096];
        int got;
        try
        {
            got = Files.Read(Fd, buffer);
        }
        catch (NativeException e) when (e.Errno == Errno.EAGAIN)
        {
            yield break;
        }

        // struct inotify_event: wd, mask, cookie, len (each 32 bits), then len bytes of name.
        for (int at = 0; at + 16 <= got; at += 16 + (int)BitConverter.ToUInt32(buffer, at + 12))
        {
            yield return BitConverter.ToInt32(buffer, at);
        }
    }

    public void Dispose() => Fd.Dispose();

    private int Add(string path, uint mask) =>
        NativeException.ThrowIfFailed(Libc.INotifyAddWatch(Fd.Number, path, mask), "inotify_add_watch", $"'{path}'");
}
