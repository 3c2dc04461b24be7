using System.CommandLine;

namespace PodManager.Commands;

/// <summary>`podctl network reload`.</summary>
internal sealed class NetworkReloadCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly PodArguments _pods = new(isMany: true, mayBeNone: true);

    public NetworkReloadCommand(CommandContext context, GlobalFlags globals)
        : base("reload", "Connect running pods anew, with the addresses that they have: when their rules were flushed")
    {
        _context = context;
        _globals = globals;
        _pods.AddTo(this);
    }

    public override bool NeedsRoot => true;

    public override string Usage => "network reload [FLAGS] [POD…]";

    public override IEnumerable<string> Faults(ParseResult parsed) => _pods.Faults(parsed);

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        services.Pods.ReloadNetworks(_pods.Read(parsed, services.Pods), pod => _context.Out.Line($"\"{pod}\""));
        return Task.FromResult((int)ExitCode.Ok);
    }
}
