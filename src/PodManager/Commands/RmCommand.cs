using System.CommandLine;

namespace PodManager.Commands;

/// <summary>`podctl rm`.</summary>
internal sealed class RmCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly PodArguments _pods = new(isMany: true);
    private readonly Flag<bool> _force = Flags.Switch("--force", "kill a pod that runs", "-f");

    public RmCommand(CommandContext context, GlobalFlags globals)
        : base("rm", "Remove pods that have ended, with their logs")
    {
        _context = context;
        _globals = globals;
        _pods.AddTo(this);
        Add(_force);
    }

    public override bool NeedsRoot => true;

    public override string Usage => "rm [FLAGS] POD…";

    public override IEnumerable<string> Faults(ParseResult parsed) => _pods.Faults(parsed);

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        services.Pods.Remove(_pods.Read(parsed, services.Pods), _force.Of(parsed), pod => _context.Out.Line($"\"{pod}\""), ct);
        return Task.FromResult((int)ExitCode.Ok);
    }
}
