using System.CommandLine;
using PodManager.Lifecycle;

namespace PodManager.Commands;

/// <summary>`podctl stop`.</summary>
internal sealed class StopCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly PodArguments _pods = new(isMany: true);
    private readonly Flag<bool> _force = Flags.Switch("--force", "kill at once instead of asking the apps to stop", "-f");

    public StopCommand(CommandContext context, GlobalFlags globals)
        : base("stop", "Stop pods in order, and wait until they have ended")
    {
        _context = context;
        _globals = globals;
        _pods.AddTo(this);
        Add(_force);
    }

    public override bool NeedsRoot => true;

    public override string Usage => "stop [FLAGS] POD…";

    public override IEnumerable<string> Faults(ParseResult parsed) => _pods.Faults(parsed);

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        services.Pods.Stop(
            _pods.Read(parsed, services.Pods),
            _force.Of(parsed),
            (pod, outcome) =>
            {
                if (outcome == StopOutcome.AlreadyStopped)
                {
                    _context.Messages.Note($"pod \"{pod}\" is already stopped");
                }
                else
                {
                    _context.Out.Line($"\"{pod}\"");
                }
            },
            ct);
        return Task.FromResult((int)ExitCode.Ok);
    }
}
