using Common.Native;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle.Foreground;

/// <summary>
/// The three fifos between a foreground podctl and an app, and the lock that keeps the app's status back until everything has been read.
/// The second ends that podctl holds of each keep a fifo from looking ended before the app has opened it.
/// </summary>
internal sealed class AppPipes : IDisposable
{
    private const uint OwnerOnly = 0x180;

    private readonly Fd _lock;
    private readonly List<Fd> _writersOfOutput;
    private Fd? _readerOfInput;

    private AppPipes(Fd input, Fd readerOfInput, Fd output, Fd error, List<Fd> writersOfOutput, Fd drainLock)
    {
        Input = input;
        Output = output;
        Error = error;
        _readerOfInput = readerOfInput;
        _writersOfOutput = writersOfOutput;
        _lock = drainLock;
    }

    /// <summary>To the app's standard input.</summary>
    public Fd Input { get; }

    /// <summary>From the app's standard output.</summary>
    public Fd Output { get; }

    /// <summary>From the app's standard error.</summary>
    public Fd Error { get; }

    /// <summary>Makes and opens them.</summary>
    /// <param name="pod">The pod's directories; the exchange directory is there.</param>
    /// <param name="app">The app's name.</param>
    /// <param name="uid">The app's user as the host numbers it, so that it can open /dev/stdout again.</param>
    /// <param name="gid">Its group.</param>
    public static AppPipes Create(PodDirectories pod, string app, uint uid, uint gid)
    {
        string input = MakeFifo(pod.InExchange(Exchange.Stdin(app)), uid, gid);
        string output = MakeFifo(pod.InExchange(Exchange.Stdout(app)), uid, gid);
        string error = MakeFifo(pod.InExchange(Exchange.Stderr(app)), uid, gid);

        // A reader first, so that opening to write does not wait; both ends are blocking afterwards (fifo(7)).
        Fd readerOfInput = OpenReader(input);
        Fd outputReader = OpenReader(output);
        Fd errorReader = OpenReader(error);
        Fd drainLock = Files.Open(pod.InExchange(Exchange.DrainLock(app)), O_RDWR | O_CREAT, OwnerOnly);
        Files.SetOwner(null, pod.InExchange(Exchange.DrainLock(app)), uid, gid);
        Files.Lock(drainLock, exclusive: true);
        return new AppPipes(
            Files.Open(input, O_WRONLY),
            readerOfInput,
            outputReader,
            errorReader,
            [Files.Open(output, O_WRONLY), Files.Open(error, O_WRONLY)],
            drainLock);
    }

    /// <summary>The app has its input open: from now on its closing shows.</summary>
    public void AppHasStarted()
    {
        _readerOfInput?.Dispose();
        _readerOfInput = null;
    }

    /// <summary>The app and its children are gone: what is in the fifos is all there will be.</summary>
    public void AppHasEnded()
    {
        AppHasStarted();
        _writersOfOutput.ForEach(static fd => fd.Dispose());
    }

    /// <summary>Everything is read and logged: the pod may end.</summary>
    public void ReleaseStatus() => _lock.Dispose();

    public void Dispose()
    {
        AppHasEnded();
        ReleaseStatus();
        Input.Dispose();
        Output.Dispose();
        Error.Dispose();
    }

    private static string MakeFifo(string path, uint uid, uint gid)
    {
        _ = NativeException.ThrowIfFailed(Libc.MkFifoAt(Libc.AtFdCwd, path, OwnerOnly), "mkfifo", $"'{path}'");
        Files.SetOwner(null, path, uid, gid);
        return path;
    }

    private static Fd OpenReader(string path)
    {
        const int setStatusFlags = 4; // F_SETFL
        Fd fd = Files.Open(path, O_RDONLY | O_NONBLOCK);
        _ = NativeException.ThrowIfFailed(Libc.FCntl(fd.Number, setStatusFlags, 0), "fcntl", $"'{path}'");
        return fd;
    }
}
