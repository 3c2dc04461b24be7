using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Output;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl top`.</summary>
internal sealed class TopCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly PodArguments _pod = new(isMany: false);
    private readonly Flag<AppName?> _app = Flags.One<AppName?>("--app", "NAME", "only the processes of this app", RunValues.ReadAppName, null);
    private readonly Flag<bool> _noLegend = Flags.Switch("--no-legend", "leave the header out");

    public TopCommand(CommandContext context, GlobalFlags globals)
        : base("top", "Show the processes of a pod")
    {
        _context = context;
        _globals = globals;
        _pod.AddTo(this);
        Add(_app);
        Add(_noLegend);
    }

    public override string Usage => "top [FLAGS] POD";

    public override IEnumerable<string> Faults(ParseResult parsed) => _pod.Faults(parsed);

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        Pod pod = services.Pods.GetUp(_pod.Read(parsed, services.Pods)[0]);
        IReadOnlyList<PodProcess> processes = services.Meter.Processes(pod.Id);
        if (_app.Of(parsed) is { } name)
        {
            string service = $"{PodService.AppOf(pod, name.ToString()).Name}.service";
            processes = [.. processes.Where(process => process.Service == service)];
        }

        _context.Out.Text(PodTopText.Table(processes, pod.Record?.PrivateUsers?.Base ?? 0, !_noLegend.Of(parsed)));
        return Task.FromResult((int)ExitCode.Ok);
    }
}
