using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Output;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl network inspect`.</summary>
internal sealed class NetworkInspectCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Argument<string[]> _names = new("NAME…") { Arity = ArgumentArity.ZeroOrMore };

    public NetworkInspectCommand(CommandContext context, GlobalFlags globals)
        : base("inspect", "Show networks, and the running pods on them, as JSON")
    {
        _context = context;
        _globals = globals;
        Add(_names);
    }

    public override string Usage => "network inspect NAME…";

    public override IEnumerable<string> Faults(ParseResult parsed) => NamesOf(parsed).Length == 0 ? ["must provide a network's name"] : [];

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        IReadOnlyList<NetworkSummary> networks = services.Networks.List();
        string[] unknown = [.. NamesOf(parsed).Where(name => !networks.Any(network => network.Name == name))];
        if (unknown.Length > 0)
        {
            throw new PodctlException(ExitCode.NotFound, $"networks not found: {string.Join(", ", unknown)}", "`podctl network list` shows the networks there are");
        }

        IReadOnlyList<Pod> pods = services.Pods.List();
        _context.Out.Text(JsonText.Write<IReadOnlyList<NetworkInspectView>>(
            [.. NamesOf(parsed).Distinct().Select(name => NetworkInspectView.Of(networks.First(network => network.Name == name), pods))], OutputJson.Default.IReadOnlyListNetworkInspectView, isPretty: true) + "\n");
        return Task.FromResult((int)ExitCode.Ok);
    }

    private string[] NamesOf(ParseResult parsed) => parsed.GetValue(_names) ?? [];
}
