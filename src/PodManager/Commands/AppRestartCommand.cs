using System.CommandLine;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl app restart`.</summary>
internal sealed class AppRestartCommand(CommandContext context, GlobalFlags globals) : AppInPodCommand(context, globals, "restart", "Stop such an app, and start it")
{
    public override bool NeedsRoot => true;

    protected override void Run(IServices services, PodId pod, AppName app, ParseResult parsed, CancellationToken ct) => services.Sandboxes.Restart(pod, app, ct);
}
