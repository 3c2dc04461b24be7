using System.CommandLine;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl app stop`.</summary>
internal sealed class AppStopCommand(CommandContext context, GlobalFlags globals) : AppInPodCommand(context, globals, "stop", "Stop such an app in order")
{
    public override bool NeedsRoot => true;

    protected override void Run(IServices services, PodId pod, AppName app, ParseResult parsed, CancellationToken ct) => services.Sandboxes.Stop(pod, app, ct);
}
