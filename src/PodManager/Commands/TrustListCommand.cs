using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Output;

namespace PodManager.Commands;

/// <summary>`podctl trust list`.</summary>
internal sealed class TrustListCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Flag<bool> _noLegend = Flags.Switch("--no-legend", "leave the header out");
    private readonly Flag<bool> _full = Flags.Switch("--full", "also the keys' files");
    private readonly Flag<OutputFormat> _format = Flags.Format();

    public TrustListCommand(CommandContext context, GlobalFlags globals)
        : base("list", "List the keys that are trusted")
    {
        _context = context;
        _globals = globals;
        Add(_noLegend);
        Add(_full);
        Add(_format);
    }

    public override string Usage => "trust list [FLAGS]";

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        IReadOnlyList<TrustedKeySummary> keys = services.TrustedKeys.List();
        OutputFormat format = _format.Of(parsed);
        _context.Out.Text(format == OutputFormat.Text
            ? TrustListText.Table(keys, _full.Of(parsed), !_noLegend.Of(parsed))
            : JsonText.Write(TrustListText.Views(keys), OutputJson.Default.IReadOnlyListTrustedKeyView, format == OutputFormat.JsonPretty) + "\n");
        return Task.FromResult((int)ExitCode.Ok);
    }
}
