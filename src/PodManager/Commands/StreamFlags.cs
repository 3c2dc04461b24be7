using System.CommandLine;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>The flags that say where the streams of an app in the background lead.</summary>
internal sealed class StreamFlags
{
    private readonly Flag<StreamMode> _stdin = Flags.One("--stdin", "null|stream|tty", "the app's input in the background, for `podctl attach` (default null)", ReadInput, StreamModes.Default.Stdin);
    private readonly Flag<StreamMode> _stdout = Flags.One("--stdout", "log|null|stream|tty", "its output: the journal, nowhere, or the journal and `podctl attach` (default log)", ReadOutput, StreamModes.Default.Stdout);
    private readonly Flag<StreamMode> _stderr = Flags.One("--stderr", "log|null|stream|tty", "its error output, likewise", ReadOutput, StreamModes.Default.Stderr);

    public IReadOnlyList<Option> All => [_stdin, _stdout, _stderr];

    public StreamModes Read(ParseResult parsed) => new(_stdin.Of(parsed), _stdout.Of(parsed), _stderr.Of(parsed));

    public static string? ReadInput(string text, out StreamMode value) =>
        StreamModes.TryParse(text, out value) && value != StreamMode.Log ? null : $"'{text}' is nothing that input comes from: use null, stream or tty";

    public static string? ReadOutput(string text, out StreamMode value) =>
        StreamModes.TryParse(text, out value) ? null : $"'{text}' is nowhere that output goes to: use log, null, stream or tty";
}
