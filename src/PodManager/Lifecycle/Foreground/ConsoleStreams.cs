using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle.Foreground;

/// <summary>The user's terminal as the app's: a pseudo-terminal that is the pod's console, the user's own in raw mode meanwhile.</summary>
internal sealed class ConsoleStreams : IAppStreams
{
    private const uint OwnerReadWriteGroupWrite = 0x190;
    private const int Stdin = 0;
    private const int Stdout = 1;

    private static readonly TimeSpan FinishTimeout = TimeSpan.FromSeconds(1);

    private readonly Fd _master;
    private readonly Fd _slave;
    private readonly Wakeup _drained = new();
    private readonly Action _onEscape;
    private StreamPump? _output;
    private byte[]? _saved;

    /// <param name="uid">Who the terminal is for, as the host numbers it.</param>
    /// <param name="gid">Its group.</param>
    /// <param name="onEscape">The user typed ^] three times within a second.</param>
    public ConsoleStreams(uint uid, uint gid, Action onEscape)
    {
        (_master, Path) = Terminal.Create();
        _onEscape = onEscape;
        Files.SetOwner(null, Path, uid, gid);
        _ = NativeException.ThrowIfFailed(Libc.FChModAt(Libc.AtFdCwd, Path, OwnerReadWriteGroupWrite, 0), "chmod", Path);

        // Held until the app has ended: a terminal that nobody has open looks hung up to its master.
        _slave = Files.Open(Path, O_RDWR | O_NOCTTY);
        Resize();
    }

    /// <summary>The terminal device on the host.</summary>
    public string Path { get; }

    public Fd Drained => _drained.Fd;

    public string? EndMarker => null;

    public void Start(PodLeader leader)
    {
        if (Terminal.IsTerminal(Stdin))
        {
            _saved = Terminal.MakeRaw(Stdin);
        }

        new ConsoleInput(new Fd(Stdin, owns: false), _master, _onEscape).Start();
        _output = new StreamPump("console", _master, new Fd(Stdout, owns: false), _drained.Set);
        _output.Start();
    }

    public void AppHasStarted()
    {
        // The slave stays open until the end.
    }

    public void AppHasEnded() => _slave.Dispose();

    public void ReleaseStatus()
    {
        // Nothing is kept back: the terminal is not logged.
    }

    public void Resize() => Terminal.CopyWindowSize(Terminal.IsTerminal(Stdin) ? Stdin : Stdout, _master);

    public string? Finish()
    {
        _slave.Dispose();
        _ = _output?.Join(FinishTimeout);
        RestoreTerminal();
        return null;
    }

    public void Dispose()
    {
        RestoreTerminal();
        _slave.Dispose();
    }

    private void RestoreTerminal()
    {
        if (_saved is not null)
        {
            Terminal.Restore(Stdin, _saved);
            _saved = null;
        }
    }
}
