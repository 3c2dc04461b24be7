using System.CommandLine;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl kill`.</summary>
internal sealed class KillCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly PodArguments _pods = new(isMany: true);
    private readonly Flag<Signal> _signal = Flags.One("--signal", "SIGNAL", "name or number (default SIGKILL)", ReadSignal, Signal.Kill);
    private readonly Flag<AppName?> _app = Flags.One<AppName?>("--app", "NAME", "only this app of each pod", RunValues.ReadAppName, null);

    public KillCommand(CommandContext context, GlobalFlags globals)
        : base("kill", "Send a signal to the main processes of pods' apps")
    {
        _context = context;
        _globals = globals;
        _pods.AddTo(this);
        _signal.Aliases.Add("-s");
        Add(_signal);
        Add(_app);
    }

    public override bool NeedsRoot => true;

    public override string Usage => "kill [FLAGS] POD…";

    public override IEnumerable<string> Faults(ParseResult parsed) => _pods.Faults(parsed);

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        services.Pods.Kill(_pods.Read(parsed, services.Pods), _app.Of(parsed), _signal.Of(parsed), pod =>
        {
            _context.Out.Line($"\"{pod}\"");
            if (services.Pods.Get(pod).State == PodState.Paused)
            {
                _context.Messages.Note($"pod \"{pod}\" is paused: the signal takes effect when it is resumed");
            }
        });
        return Task.FromResult((int)ExitCode.Ok);
    }

    private static string? ReadSignal(string text, out Signal value)
    {
        bool isSignal = Signal.TryParse(text, out Signal? signal);
        value = signal ?? default;
        return isSignal ? null : $"'{text}' is no signal: use a name such as SIGTERM, TERM or RTMIN+3, or a number from 1 to {Signal.Last}";
    }
}
