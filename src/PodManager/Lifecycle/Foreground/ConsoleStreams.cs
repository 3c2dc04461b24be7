using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle.Foreground;

/// <summary>The user's terminal as the app's: a pseudo-terminal that is the pod's console, the user's own in raw mode meanwhile.</summary>
internal sealed class ConsoleStreams : IAppStreams
{
    private readonly Fd _master;
    private readonly Fd _slave;
    private readonly UserTerminal _user;
    private PodLeader? _leader;
    private bool _hasEnded;

    /// <param name="uid">Who the terminal is for, as the host numbers it.</param>
    /// <param name="gid">Its group.</param>
    /// <param name="onEscape">The user typed ^] three times within a second.</param>
    public ConsoleStreams(uint uid, uint gid, Action onEscape)
    {
        (_master, Path) = Terminal.Create();

        // Held until the app has ended: a terminal that nobody has open looks hung up to its master.
        _slave = Files.Open(Path, O_RDWR | O_NOCTTY);
        Terminal.GiveTo(_slave, uid, gid);
        _user = new UserTerminal(_master, onEscape);
        _user.Resize();
    }

    /// <summary>The terminal device on the host.</summary>
    public string Path { get; }

    public void Start(PodLeader leader)
    {
        _leader = leader;
        _user.StartOutput();
    }

    // Not before: systemd resets the terminal for the app, which loses what was typed until then.
    public void AppHasStarted() => _user.StartInput();

    public void AppHasEnded()
    {
        if (_hasEnded)
        {
            return;
        }

        // The pod's systemd would say good-bye on the console, which is the user's terminal: it waits until that is the user's own again. The console stays
        // open, with nobody to read it: one that is hung up systemd tries to open for a second, each time it needs it.
        _hasEnded = true;
        _leader?.Stop();
        _user.EndOutput();
        _leader?.Continue();
    }

    public void Resize() => _user.Resize();

    public bool Finish(TimeSpan timeout)
    {
        AppHasEnded();
        _user.Dispose();
        return true;
    }

    public string? Loss => null;

    public string? OutputFailure => null;

    public void Dispose()
    {
        _user.Dispose();
        _slave.Dispose();
        _master.Dispose();
    }
}
