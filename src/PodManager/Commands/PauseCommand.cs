using System.CommandLine;

namespace PodManager.Commands;

/// <summary>`podctl pause`.</summary>
internal sealed class PauseCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly PodArguments _pods = new(isMany: true);

    public PauseCommand(CommandContext context, GlobalFlags globals)
        : base("pause", "Stop all processes of pods where they are, until `resume`")
    {
        _context = context;
        _globals = globals;
        _pods.AddTo(this);
    }

    public override bool NeedsRoot => true;

    public override string Usage => "pause [FLAGS] POD…";

    public override IEnumerable<string> Faults(ParseResult parsed) => _pods.Faults(parsed);

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        services.Pods.Pause(_pods.Read(parsed, services.Pods), pod => _context.Out.Line($"\"{pod}\""));
        return Task.FromResult((int)ExitCode.Ok);
    }
}
