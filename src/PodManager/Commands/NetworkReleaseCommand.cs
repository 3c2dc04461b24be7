using System.CommandLine;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl network release`: systemd calls it when a pod has ended.</summary>
internal sealed class NetworkReleaseCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Argument<string[]> _pods = new("UUID…") { Arity = ArgumentArity.ZeroOrMore };

    public NetworkReleaseCommand(CommandContext context, GlobalFlags globals)
        : base("release", "Give back what pods that have ended, or are gone, had of their networks")
    {
        _context = context;
        _globals = globals;
        Add(_pods);
    }

    public override bool NeedsRoot => true;

    public override string Usage => "network release [UUID…]";

    public override IEnumerable<string> Faults(ParseResult parsed) => UuidsOf(parsed).Where(static word => !PodId.TryParse(word, out _)).Select(static word => $"'{word}' is no UUID of a pod");

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        services.Pods.ReleaseNetworks([.. UuidsOf(parsed).Select(static word => PodId.TryParse(word, out PodId? id) ? id : null).OfType<PodId>()]);
        return Task.FromResult((int)ExitCode.Ok);
    }

    private string[] UuidsOf(ParseResult parsed) => parsed.GetValue(_pods) ?? [];
}
