namespace Common.Contract;

/// <summary>
/// How podctl, and an app's own service, talk to the app's multiplexer: messages that begin with a letter, on a socket that keeps their boundaries. What the multiplexer says comes from the pod.
/// </summary>
internal static class MuxProtocol
{
    /// <summary>`stage1 mux APP STDIN STDOUT STDERR`: holds an app's streams; the words are those of the app's flags.</summary>
    public const string MuxVerb = "mux";

    /// <summary>`stage1 mux-drain APP`: the app has ended; returns once all it wrote is passed on.</summary>
    public const string DrainVerb = "mux-drain";

    /// <summary>The longest message, its letter included.</summary>
    public const int MessageLimit = 16 * 1024;

    /// <summary>podctl: a byte of <see cref="AttachTargets"/> follows.</summary>
    public const byte Attach = (byte)'A';

    /// <summary>podctl: bytes for the app.</summary>
    public const byte Input = (byte)'I';

    /// <summary>podctl: the window's size, struct winsize of ioctl_tty(2).</summary>
    public const byte Size = (byte)'W';

    /// <summary>`mux-drain`: the app has ended.</summary>
    public const byte Drain = (byte)'D';

    /// <summary>The multiplexer: it has done what the message before was about.</summary>
    public const byte Done = (byte)'K';

    /// <summary>The multiplexer: it has not, and why.</summary>
    public const byte Refused = (byte)'R';

    /// <summary>The multiplexer: output of the app, or of its terminal.</summary>
    public const byte Output = (byte)'O';

    /// <summary>The multiplexer: the app's standard error.</summary>
    public const byte Error = (byte)'E';

    /// <summary>The multiplexer: that many bytes, in decimal, are missing here, as they were not taken in time.</summary>
    public const byte Lost = (byte)'X';

    /// <summary>The multiplexer: the app has ended, and nothing more will come.</summary>
    public const byte Ended = (byte)'Z';

    /// <summary>The streams that an app can have there.</summary>
    public static readonly IReadOnlyList<string> Streams = ["stdin", "stdout", "stderr", "tty"];

    /// <summary>The socket's name in the directory that the pod shares with podctl.</summary>
    public static string SocketOf(string app) => $"{app}.mux";

    /// <summary>Where that is in the pod.</summary>
    public static string PathOf(string app) => $"/run/podctl/{SocketOf(app)}";

    /// <summary>A stream of the app's, in the pod's root: `stdin`, `stdout`, `stderr` or `tty`.</summary>
    public static string StreamOf(string app, string stream) => $"{OutputFifos.Directory}/{app}.{stream}";

    /// <summary>All that it leaves in the pod's root.</summary>
    public static IEnumerable<string> FilesOf(string app) => Streams.Select(stream => StreamOf(app, stream)).Append(PathOf(app));
}
