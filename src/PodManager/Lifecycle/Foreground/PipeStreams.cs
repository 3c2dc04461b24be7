using Common.Native;

namespace PodManager.Lifecycle.Foreground;

/// <summary>Standard input, output and error as separate streams of bytes, unchanged; output goes to the pod's journal too.</summary>
internal sealed class PipeStreams : IAppStreams
{
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongPause = TimeSpan.FromMilliseconds(250);

    private readonly PodDirectories _pod;
    private readonly string _app;
    private readonly uint _uid;
    private readonly uint _gid;
    private readonly bool _hasInput;
    private readonly Outputs _user;
    private readonly AppPipes _pipes;
    private readonly Wakeup _ended = new();
    private readonly List<OutputPump> _outputs = [];
    private JournalForwarder? _journal;
    private bool _hasEnded;

    /// <param name="pod">The pod's directories; the exchange directory is there.</param>
    /// <param name="app">The app's name.</param>
    /// <param name="uid">Its user as the host numbers it.</param>
    /// <param name="gid">Its group as the host numbers it.</param>
    /// <param name="hasInput">Whether podctl's input is the app's.</param>
    /// <param name="user">Where its output goes.</param>
    public PipeStreams(PodDirectories pod, string app, uint uid, uint gid, bool hasInput, Outputs user)
    {
        _pod = pod;
        _app = app;
        _uid = uid;
        _gid = gid;
        _hasInput = hasInput;
        _user = user;
        _pipes = new AppPipes(pod, app, uid, gid);
    }

    public void Start(PodLeader leader)
    {
        _journal = new JournalForwarder(leader.Pid, _pod.Cgroup, _app, _uid, _gid, () => leader.HasEnded);
        if (_hasInput)
        {
            new StreamPump("stdin", new Fd(0, owns: false), _pipes.Input, EndInput).Start();
        }

        StartOutput("stdout", _pipes.Output, 1);
        StartOutput("stderr", _pipes.Error, 2);
    }

    public void AppHasStarted() => _pipes.AppHasStarted();

    public void AppHasEnded()
    {
        if (_hasEnded)
        {
            return;
        }

        _hasEnded = true;
        _outputs.ForEach(static pump => pump.Drain());
        _ended.Set();
        _journal?.Flush();
        _pipes.ReleaseStatus();
    }

    public void Resize()
    {
        // Pipes have no size.
    }

    public bool Finish(TimeSpan timeout)
    {
        AppHasEnded();
        return _outputs.TrueForAll(pump => pump.Join(timeout));
    }

    public string? Loss => _journal is { HasLostLines: true } ? "the pod's journal is incomplete: it was gone before everything had been written" : null;

    public string? OutputFailure => _outputs.Select(static pump => pump.Failure).FirstOrDefault(static failure => failure is not null);

    public void Dispose()
    {
        // The pumps may still be inside a read; what they use goes with the process.
        _journal?.Dispose();
    }

    // On the pump's thread, which has nothing else to do.
    private void EndInput()
    {
        _pipes.EndInput();
        Span<bool> ready = stackalloc bool[1];
        for (TimeSpan pause = ShortPause; !Poll.Wait([_ended.Fd], pause, ready); pause = pause < LongPause ? pause * 1.1 : LongPause)
        {
            _pipes.LetReadersIn();
        }
    }

    private void StartOutput(string name, Fd from, int to)
    {
        JournalForwarder journal = _journal!;
        OutputPump pump = new(name, from, _ended.Fd, _user.Open(to, _app), new LineSplitter(line => journal.Write(line.Span)));
        _outputs.Add(pump);
        pump.Start();
    }
}
