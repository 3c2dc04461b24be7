using System.CommandLine;
using PodManager.Output;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl inspect`.</summary>
internal sealed class InspectCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly PodArguments _pods = new(isMany: true);

    public InspectCommand(CommandContext context, GlobalFlags globals)
        : base("inspect", "Show all about pods, as JSON")
    {
        _context = context;
        _globals = globals;
        _pods.AddTo(this);
    }

    public override string Usage => "inspect [FLAGS] POD…";

    public override IEnumerable<string> Faults(ParseResult parsed) => _pods.Faults(parsed);

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        List<PodInspectView> views = [];
        foreach (PodId id in _pods.Read(parsed, services.Pods))
        {
            Pod pod = services.Pods.Get(id);
            views.Add(PodInspectView.Of(pod, services.Journals.DirectoryFor(id), services.Meter));
        }

        _context.Out.Text(JsonText.Write<IReadOnlyList<PodInspectView>>(views, OutputJson.Default.IReadOnlyListPodInspectView, isPretty: true) + "\n");
        return Task.FromResult((int)ExitCode.Ok);
    }
}
