using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Output;

namespace PodManager.Commands;

/// <summary>`podctl network list`.</summary>
internal sealed class NetworkListCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Flag<bool> _noLegend = Flags.Switch("--no-legend", "leave the header out");
    private readonly Flag<OutputFormat> _format = Flags.Format();

    public NetworkListCommand(CommandContext context, GlobalFlags globals)
        : base("list", "List the networks that are configured")
    {
        _context = context;
        _globals = globals;
        Add(_noLegend);
        Add(_format);
    }

    public override string Usage => "network list [FLAGS]";

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        IReadOnlyList<NetworkSummary> networks = services.Networks.List();
        OutputFormat format = _format.Of(parsed);
        _context.Out.Text(format == OutputFormat.Text
            ? NetworkListText.Of(networks, hasLegend: !_noLegend.Of(parsed))
            : JsonText.Write<IReadOnlyList<ConfiguredNetworkView>>([.. networks.Select(ConfiguredNetworkView.Of)], OutputJson.Default.IReadOnlyListConfiguredNetworkView, format == OutputFormat.JsonPretty) + "\n");
        return Task.FromResult((int)ExitCode.Ok);
    }
}
