using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Output;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl app status`.</summary>
internal sealed class AppStatusCommand : AppInPodCommand
{
    private readonly Flag<OutputFormat> _format = Flags.Format();

    public AppStatusCommand(CommandContext context, GlobalFlags globals)
        : base(context, globals, "status", "Show the state of an app") => Add(_format);

    protected override void Run(IServices services, PodId pod, AppName app, ParseResult parsed, CancellationToken ct)
    {
        Pod found = services.Pods.Get(pod);
        AppView view = AppView.Of(found, PodService.AppOf(found, app.ToString()));
        OutputFormat format = _format.Of(parsed);
        Context.Out.Text(format == OutputFormat.Text ? AppText.Lines(view) : JsonText.Write(view, OutputJson.Default.AppView, format == OutputFormat.JsonPretty) + "\n");
    }
}
