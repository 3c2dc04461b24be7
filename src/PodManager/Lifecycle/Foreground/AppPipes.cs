using Common.Native;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle.Foreground;

/// <summary>
/// The three fifos between a foreground podctl and an app, and the lock that keeps the app's status back until everything has been read.
/// systemd opens the same paths for the command that writes the status, so that podctl holds both ends of each until the app has it: opening never waits,
/// and no fifo looks ended before it is. The end of output is told by the status, not by an end of file.
/// </summary>
internal sealed class AppPipes : IDisposable
{
    private const uint OwnerOnly = 0x180;

    private readonly Lock _inputLock = new();
    private readonly string[] _paths;
    private readonly uint _uid;
    private readonly uint _gid;
    private readonly Fd _lock;
    private readonly Fd[] _held;
    private readonly Fd _readerOfInput;
    private readonly Fd _fifoOfInput;
    private bool _hasStarted;
    private bool _inputHasEnded;

    /// <summary>Makes and opens them.</summary>
    /// <param name="pod">The pod's directories; the exchange directory is there.</param>
    /// <param name="app">The app's name.</param>
    /// <param name="uid">The app's user as the host numbers it, so that it can open /dev/stdout again.</param>
    /// <param name="gid">Its group.</param>
    public AppPipes(PodDirectories pod, string app, uint uid, uint gid)
    {
        _uid = uid;
        _gid = gid;
        string input = MakeFifo(pod.InExchange(Exchange.Stdin(app)), uid, gid);
        string output = MakeFifo(pod.InExchange(Exchange.Stdout(app)), uid, gid);
        string error = MakeFifo(pod.InExchange(Exchange.Stderr(app)), uid, gid);

        // A reader first: opening to write would wait for one (fifo(7)).
        _readerOfInput = Files.Open(input, O_RDONLY | O_NONBLOCK);
        Output = Files.Open(output, O_RDONLY | O_NONBLOCK);
        Error = Files.Open(error, O_RDONLY | O_NONBLOCK);
        Input = Files.Open(input, O_WRONLY);
        _fifoOfInput = Files.Open(input, O_PATH);
        _held = [Files.Open(output, O_WRONLY), Files.Open(error, O_WRONLY)];
        _paths = [input, output, error];
        string lockPath = pod.InExchange(Exchange.DrainLock(app));
        _lock = Files.Open(lockPath, O_RDWR | O_CREAT, OwnerOnly);
        Files.SetOwner(null, lockPath, uid, gid);
        Files.Lock(_lock, exclusive: true);
    }

    /// <summary>To the app's standard input.</summary>
    public Fd Input { get; }

    /// <summary>From the app's standard output; reading does not wait.</summary>
    public Fd Output { get; }

    /// <summary>From the app's standard error; reading does not wait.</summary>
    public Fd Error { get; }

    /// <summary>There is no more input. The app sees that as soon as it has started.</summary>
    public void EndInput()
    {
        lock (_inputLock)
        {
            _inputHasEnded = true;
            CloseInputIfPossible();
        }
    }

    /// <summary>
    /// After the end of input: lets go on whoever opens the input once more (`cat /dev/stdin`), which in a fifo waits for a writer. It finds the end at once.
    /// </summary>
    public void LetReadersIn()
    {
        if (Input.IsClosed)
        {
            int writer = Libc.Open(_fifoOfInput.ProcPath, O_WRONLY | O_NONBLOCK | O_CLOEXEC, 0);
            if (writer >= 0)
            {
                _ = Libc.Close(writer); // ENXIO: nobody reads
            }
        }
    }

    /// <summary>The app has its input open: from now on closing either side shows at the other.</summary>
    public void AppHasStarted()
    {
        lock (_inputLock)
        {
            if (!_hasStarted)
            {
                // The command that writes the status gets the same paths: with podctl gone, opening a fifo would wait for ever.
                Array.ForEach(_paths, PutEmptyFile);
                _hasStarted = true;
                _readerOfInput.Dispose();
            }

            CloseInputIfPossible();
        }
    }

    /// <summary>Everything is read and logged: the pod may end.</summary>
    public void ReleaseStatus() => _lock.Dispose();

    public void Dispose()
    {
        ReleaseStatus();
        _readerOfInput.Dispose();
        _fifoOfInput.Dispose();
        Input.Dispose();
        Output.Dispose();
        Error.Dispose();
        Array.ForEach(_held, static fd => fd.Dispose());
    }

    private void CloseInputIfPossible()
    {
        if (_hasStarted && _inputHasEnded)
        {
            Input.Dispose();
        }
    }

    private void PutEmptyFile(string path)
    {
        // The pod's root owns the directory, so that nothing that it planted there may be opened.
        string empty = path + ".end";
        _ = Libc.UnlinkAt(Libc.AtFdCwd, empty, 0);
        using (Fd file = Files.Open(empty, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, OwnerOnly))
        {
            _ = NativeException.ThrowIfFailed(Libc.FChOwn(file.Number, _uid, _gid), "chown", $"'{empty}'");
        }

        _ = NativeException.ThrowIfFailed(Libc.RenameAt(Libc.AtFdCwd, empty, Libc.AtFdCwd, path), "rename", $"'{path}'");
    }

    private static string MakeFifo(string path, uint uid, uint gid)
    {
        _ = NativeException.ThrowIfFailed(Libc.MkFifoAt(Libc.AtFdCwd, path, OwnerOnly), "mkfifo", $"'{path}'");
        Files.SetOwner(null, path, uid, gid);
        return path;
    }
}
