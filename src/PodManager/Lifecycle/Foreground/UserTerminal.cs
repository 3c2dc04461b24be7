using Common.Native;

namespace PodManager.Lifecycle.Foreground;

/// <summary>The user's terminal in front of one in a pod: raw meanwhile, with what is typed and shown copied, and its size.</summary>
/// <param name="master">The master's side of the terminal in the pod.</param>
/// <param name="onEscape">The user typed ^] three times within a second.</param>
internal sealed class UserTerminal(Fd master, Action onEscape) : IDisposable
{
    private const int Stdin = 0;
    private const int Stdout = 1;

    // What was written last passes through a queue of the kernel's before it can be read here.
    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(20);

    private readonly Wakeup _ended = new();
    private ConsoleOutput? _output;
    private byte[]? _saved;

    public void StartOutput()
    {
        if (Terminal.IsTerminal(Stdin))
        {
            _saved = Terminal.MakeRaw(Stdin);
        }

        _output = new ConsoleOutput(master, _ended.Fd, new Fd(Stdout, owns: false), QuietTime);
        _output.Start();
    }

    public void StartInput() => new ConsoleInput(new Fd(Stdin, owns: false), master, onEscape).Start();

    /// <summary>Nothing more is to be shown but what was written until now.</summary>
    public void EndOutput()
    {
        _ended.Set();
        _ = _output?.Join(QuietTime * 10);
    }

    public void Resize() => Terminal.CopyWindowSize(Terminal.IsTerminal(Stdin) ? Stdin : Stdout, master);

    /// <summary>Gives the user's terminal its settings back.</summary>
    public void Dispose()
    {
        if (_saved is not null)
        {
            Terminal.Restore(Stdin, _saved);
            _saved = null;
        }
    }
}
