using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle.Foreground;

/// <summary>The user's terminal as the app's: a pseudo-terminal that is the pod's console, the user's own in raw mode meanwhile.</summary>
internal sealed class ConsoleStreams : IAppStreams
{
    private const uint OwnerReadWriteGroupWrite = 0x190;
    private const int Stdin = 0;
    private const int Stdout = 1;

    // What the app wrote last passes through a queue of the kernel's before it can be read here.
    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(20);

    private readonly Fd _master;
    private readonly Fd _slave;
    private readonly Wakeup _ended = new();
    private readonly Action _onEscape;
    private ConsoleOutput? _output;
    private PodLeader? _leader;
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

    public void Start(PodLeader leader)
    {
        if (Terminal.IsTerminal(Stdin))
        {
            _saved = Terminal.MakeRaw(Stdin);
        }

        _leader = leader;
        _output = new ConsoleOutput(_master, _ended.Fd, new Fd(Stdout, owns: false), QuietTime);
        _output.Start();
    }

    // Not before: systemd resets the terminal for the app, which loses what was typed until then.
    public void AppHasStarted() => new ConsoleInput(new Fd(Stdin, owns: false), _master, _onEscape).Start();

    public void AppHasEnded()
    {
        if (_master.IsClosed)
        {
            return;
        }

        // The pod's systemd would say good-bye on the console, which is the user's terminal: it waits until that is the user's own again.
        _leader?.Stop();
        _ended.Set();
        _ = _output?.Join(QuietTime * 10);
        _master.Dispose();
        _slave.Dispose();
        _leader?.Continue();
    }

    public void Resize() => Terminal.CopyWindowSize(Terminal.IsTerminal(Stdin) ? Stdin : Stdout, _master);

    public bool Finish(TimeSpan timeout)
    {
        AppHasEnded();
        RestoreTerminal();
        return true;
    }

    public string? Loss => null;

    public string? OutputFailure => null;

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
