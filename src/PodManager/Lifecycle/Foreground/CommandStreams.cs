using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle.Foreground;

/// <summary>
/// The standard streams of a command in an app. Files, pipes and sockets are the caller's own. A terminal of the caller's never gets into the pod: there is a pipe in its place, or, if the command
/// is to have a terminal, one of the pod's.
/// </summary>
internal sealed class CommandStreams : IDisposable
{
    private static readonly TimeSpan LastOutput = TimeSpan.FromMilliseconds(200);

    private readonly List<StreamPump> _pumps = [];
    private readonly List<StreamPump> _outputs = [];
    private readonly List<Fd> _theirs = [];
    private readonly UserTerminal? _user;

    private CommandStreams(bool hasInput)
    {
        Input = hasInput ? Theirs(0, isInput: true) : Keep(Files.Open("/dev/null", O_RDONLY));
        Output = Theirs(1, isInput: false);
        Error = Theirs(2, isInput: false);
    }

    private CommandStreams(Fd slave, UserTerminal user)
    {
        Input = Output = Error = Keep(slave);
        _user = user;
    }

    public Fd Input { get; }

    public Fd Output { get; }

    public Fd Error { get; }

    /// <summary>The caller's own streams, as far as they are no terminals.</summary>
    /// <param name="hasInput">Whether there is input at all.</param>
    public static CommandStreams Direct(bool hasInput) => new(hasInput);

    /// <summary>A new terminal of the pod's.</summary>
    /// <param name="leader">/proc/PID of the pod's PID 1.</param>
    /// <param name="uid">Who it is for, as the host numbers it.</param>
    /// <param name="gid">The group.</param>
    /// <param name="onEscape">The user typed ^] three times within a second.</param>
    public static CommandStreams AtTerminal(Fd leader, uint uid, uint gid, Action onEscape)
    {
        using Fd root = Files.OpenAt(leader, "root", O_PATH | O_DIRECTORY);
        (Fd master, Fd slave) = Terminal.CreateIn(root, "/dev/pts/ptmx");
        Terminal.GiveTo(slave, uid, gid);
        UserTerminal user = new(master, onEscape);
        user.Resize();
        return new CommandStreams(slave, user);
    }

    /// <summary>The command's process has its copies: begins to pass on what goes through here.</summary>
    public void Start()
    {
        if (_user is null)
        {
            _theirs.ForEach(static fd => fd.Dispose());
            _pumps.ForEach(static pump => pump.Start());
            return;
        }

        _user.StartOutput();
        _user.StartInput();
    }

    public void Resize() => _user?.Resize();

    /// <summary>The command has ended: waits until what it wrote has been passed on. What its children still write does not count.</summary>
    public void Finish()
    {
        _user?.EndOutput();
        _outputs.ForEach(static pump => pump.Join(LastOutput));
    }

    public void Dispose()
    {
        _user?.Dispose();
        _theirs.ForEach(static fd => fd.Dispose());
    }

    private Fd Keep(Fd fd)
    {
        _theirs.Add(fd);
        return fd;
    }

    private Fd Theirs(int number, bool isInput)
    {
        Fd own = new(number, owns: false);
        if (!Terminal.IsTerminal(number))
        {
            return own;
        }

        (Fd reader, Fd writer) = Pipe.Create();
        if (isInput)
        {
            _pumps.Add(new StreamPump("stdin", own, writer, writer.Dispose));
            return Keep(reader);
        }

        StreamPump pump = new("output", reader, own, static () => { });
        _pumps.Add(pump);
        _outputs.Add(pump);
        return Keep(writer);
    }
}
