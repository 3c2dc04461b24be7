using Common.Contract;

namespace PodManager.Pods;

/// <summary>Where the standard streams of an app in the background lead.</summary>
internal sealed record StreamModes(StreamMode Stdin, StreamMode Stdout, StreamMode Stderr)
{
    public static readonly StreamModes Default = new(StreamMode.Null, StreamMode.Log, StreamMode.Log);

    private IEnumerable<StreamMode> All => [Stdin, Stdout, Stderr];

    public bool HasTerminal => All.Contains(StreamMode.Tty);

    /// <summary>Somebody has to hold them, so that podctl can come and go.</summary>
    public bool AreHeld => All.Any(static mode => mode is StreamMode.Stream or StreamMode.Tty);

    /// <summary>Output goes straight to the journal, which has no name that an app could open.</summary>
    public bool HasLog => Stdout == StreamMode.Log || Stderr == StreamMode.Log;

    /// <summary>What can be attached to.</summary>
    public AttachTargets Targets =>
        (Stdin == StreamMode.Stream ? AttachTargets.Stdin : 0) | (Stdout == StreamMode.Stream ? AttachTargets.Stdout : 0) | (Stderr == StreamMode.Stream ? AttachTargets.Stderr : 0)
        | (Stdin == StreamMode.Tty ? AttachTargets.TtyIn : 0) | (Stdout == StreamMode.Tty || Stderr == StreamMode.Tty ? AttachTargets.TtyOut : 0);

    /// <summary>A terminal is one place for all that goes there; a stream beside it would be told from it by nobody.</summary>
    public string? Fault => HasTerminal && All.Contains(StreamMode.Stream) ? "stream and tty exclude each other among an app's streams" : null;

    public static string Word(StreamMode mode) => mode switch
    {
        StreamMode.Log => "log",
        StreamMode.Stream => "stream",
        StreamMode.Tty => "tty",
        _ => "null",
    };

    public static bool TryParse(string text, out StreamMode mode)
    {
        mode = text switch { "log" => StreamMode.Log, "stream" => StreamMode.Stream, "tty" => StreamMode.Tty, _ => StreamMode.Null };
        return text is "null" or "log" or "stream" or "tty";
    }
}
