using System.CommandLine;
using PodManager.Output;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl list`.</summary>
internal sealed class ListCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Flag<bool> _noLegend = Flags.Switch("--no-legend", "leave the header out");
    private readonly Flag<bool> _full = Flags.Switch("--full", "whole ids, and times as they are");
    private readonly Flag<OutputFormat> _format = Flags.Format();

    public ListCommand(CommandContext context, GlobalFlags globals)
        : base("list", "List the pods")
    {
        _context = context;
        _globals = globals;
        Add(_noLegend);
        Add(_full);
        Add(_format);
    }

    public override string Usage => "list [FLAGS]";

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        OutputFormat format = _format.Of(parsed);
        if (format == OutputFormat.Text)
        {
            IReadOnlyList<PodSummary> pods = services.Pods.Summaries();
            WarnOf(pods.Select(static pod => (pod.Id, pod.State, pod.Problem)));
            _context.Out.Text(PodListText.Table(pods, _full.Of(parsed), !_noLegend.Of(parsed), _context.Time.GetUtcNow()));
        }
        else
        {
            IReadOnlyList<Pod> pods = services.Pods.List();
            WarnOf(pods.Select(static pod => (pod.Id, pod.State, pod.Problem)));
            _context.Out.Text(JsonText.Write<IReadOnlyList<PodView>>([.. pods.Select(PodView.Of)], OutputJson.Default.IReadOnlyListPodView, format == OutputFormat.JsonPretty) + "\n");
        }

        return Task.FromResult((int)ExitCode.Ok);
    }

    private void WarnOf(IEnumerable<(PodId Id, PodState State, string? Problem)> pods)
    {
        foreach ((PodId id, _, string? problem) in pods.Where(static pod => pod.Problem is not null && pod.State != PodState.Deleting))
        {
            _context.Messages.Warn($"pod '{id}': {problem}, listing what is known of it");
        }
    }
}
