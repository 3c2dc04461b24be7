using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle.Foreground;

/// <summary>
/// The standard streams of a command in an app. Files, pipes and sockets are the caller's own. A terminal of the caller's never gets into the pod: there is a pipe in its place, or, if the command
/// is to have a terminal, one of the pod's.
/// </summary>
internal sealed class CommandStreams : IDisposable
{
    private const nuint GetPeer = 0x5441; // TIOCGPTPEER, ioctl_tty(2)
    private const uint TerminalMode = 0x190;
    private const int Stdin = 0;
    private const int Stdout = 1;

    // What the command wrote last passes through a queue of the kernel's before it can be read here.
    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(20);

    private readonly List<StreamPump> _pumps = [];
    private readonly List<StreamPump> _outputs = [];
    private readonly List<Fd> _owned = [];
    private readonly Wakeup? _ended;
    private readonly Fd? _master;
    private ConsoleOutput? _output;
    private byte[]? _saved;

    private CommandStreams(Fd? master)
    {
        _master = master;
        _ended = master is null ? null : new Wakeup();
        Input = Output = Error = new Fd(Stdin, owns: false);
    }

    public Fd Input { get; private set; }

    public Fd Output { get; private set; }

    public Fd Error { get; private set; }

    /// <summary>The caller's own streams, as far as they are no terminals.</summary>
    /// <param name="hasInput">Whether there is input at all.</param>
    public static CommandStreams Direct(bool hasInput)
    {
        CommandStreams streams = new(null);
        streams.Input = hasInput ? streams.Own(Stdin, isInput: true) : streams.Nothing();
        streams.Output = streams.Own(Stdout, isInput: false);
        streams.Error = streams.Own(2, isInput: false);
        return streams;
    }

    /// <summary>A new terminal of the pod's.</summary>
    /// <param name="leader">/proc/PID of the pod's PID 1.</param>
    /// <param name="uid">Who it is for, as the host numbers it.</param>
    /// <param name="gid">The group.</param>
    public static unsafe CommandStreams Terminal(Fd leader, uint uid, uint gid)
    {
        Fd master = Files.OpenAt(leader, "root/dev/pts/ptmx", O_RDWR | O_NOCTTY);
        _ = NativeException.ThrowIfFailed(Libc.UnlockPt(master.Number), "unlockpt");
        Fd slave = new(NativeException.ThrowIfFailed(Libc.IoCtl(master.Number, GetPeer, (void*)(O_RDWR | O_NOCTTY | O_CLOEXEC)), "ioctl", "(terminal)"));
        _ = NativeException.ThrowIfFailed(Libc.FChOwn(slave.Number, uid, gid), "chown", "(terminal)");
        _ = NativeException.ThrowIfFailed(Libc.FChMod(slave.Number, TerminalMode), "chmod", "(terminal)");
        CommandStreams streams = new(master) { Input = slave, Output = slave, Error = slave };
        streams._owned.Add(slave);
        streams.Resize();
        return streams;
    }

    /// <summary>The command's process has its copies: begins to pass on what goes through here.</summary>
    public void Start(Action onEscape)
    {
        if (_master is null)
        {
            _owned.ForEach(static fd => fd.Dispose());
            _pumps.ForEach(static pump => pump.Start());
            return;
        }

        if (Common.Native.Terminal.IsTerminal(Stdin))
        {
            _saved = Common.Native.Terminal.MakeRaw(Stdin);
        }

        _output = new ConsoleOutput(_master, _ended!.Fd, new Fd(Stdout, owns: false), QuietTime);
        _output.Start();
        new ConsoleInput(new Fd(Stdin, owns: false), _master, onEscape).Start();
    }

    public void Resize()
    {
        if (_master is not null)
        {
            Common.Native.Terminal.CopyWindowSize(Common.Native.Terminal.IsTerminal(Stdin) ? Stdin : Stdout, _master);
        }
    }

    /// <summary>The command has ended: waits until what it wrote has been passed on. What its children still write does not count.</summary>
    public void Finish()
    {
        _ended?.Set();
        _ = _output?.Join(QuietTime * 10);
        foreach (StreamPump pump in _outputs)
        {
            _ = pump.Join(QuietTime * 10);
        }
    }

    public void Dispose()
    {
        if (_saved is not null)
        {
            Common.Native.Terminal.Restore(Stdin, _saved);
            _saved = null;
        }

        _owned.ForEach(static fd => fd.Dispose());
    }

    private Fd Nothing()
    {
        Fd nothing = Files.Open("/dev/null", O_RDONLY);
        _owned.Add(nothing);
        return nothing;
    }

    private Fd Own(int number, bool isInput)
    {
        Fd own = new(number, owns: false);
        if (!Common.Native.Terminal.IsTerminal(number))
        {
            return own;
        }

        (Fd reader, Fd writer) = Pipe.Create();
        Fd theirs = isInput ? reader : writer;
        _owned.Add(theirs);
        StreamPump pump = isInput ? new StreamPump("stdin", own, writer, writer.Dispose) : new StreamPump("output", reader, own, static () => { });
        _pumps.Add(pump);
        if (!isInput)
        {
            _outputs.Add(pump);
        }

        return theirs;
    }
}
