using System.CommandLine;
using PodManager.Output;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl app list`.</summary>
internal sealed class AppListCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly PodArguments _pod = new(isMany: false);
    private readonly Flag<bool> _noLegend = Flags.Switch("--no-legend", "without the line of headings");
    private readonly Flag<OutputFormat> _format = Flags.Format();

    public AppListCommand(CommandContext context, GlobalFlags globals)
        : base("list", "List the apps of a pod")
    {
        _context = context;
        _globals = globals;
        _pod.AddTo(this);
        Add(_noLegend);
        Add(_format);
    }

    public override string Usage => "app list [FLAGS] POD";

    public override IEnumerable<string> Faults(ParseResult parsed) => _pod.Faults(parsed);

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        Pod pod = services.Pods.Get(_pod.Read(parsed, services.Pods)[0]);
        IReadOnlyList<AppView> apps = [.. pod.Apps.Select(app => AppView.Of(pod, app))];
        OutputFormat format = _format.Of(parsed);
        _context.Out.Text(format == OutputFormat.Text
            ? AppText.Table(apps, !_noLegend.Of(parsed))
            : JsonText.Write(apps, OutputJson.Default.IReadOnlyListAppView, format == OutputFormat.JsonPretty) + "\n");
        return Task.FromResult((int)ExitCode.Ok);
    }
}
