using System.CommandLine;

namespace PodManager.Commands;

/// <summary>`podctl resume`.</summary>
internal sealed class ResumeCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly PodArguments _pods = new(isMany: true);

    public ResumeCommand(CommandContext context, GlobalFlags globals)
        : base("resume", "Let pods that were paused go on")
    {
        _context = context;
        _globals = globals;
        _pods.AddTo(this);
    }

    public override bool NeedsRoot => true;

    public override string Usage => "resume [FLAGS] POD…";

    public override IEnumerable<string> Faults(ParseResult parsed) => _pods.Faults(parsed);

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        services.Pods.Resume(_pods.Read(parsed, services.Pods), pod => _context.Out.Line($"\"{pod}\""));
        return Task.FromResult((int)ExitCode.Ok);
    }
}
