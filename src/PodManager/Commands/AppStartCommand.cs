using System.CommandLine;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl app start`.</summary>
internal sealed class AppStartCommand(CommandContext context, GlobalFlags globals) : AppInPodCommand(context, globals, "start", "Start an app that was added to a running pod")
{
    public override bool NeedsRoot => true;

    protected override void Run(IServices services, PodId pod, AppName app, ParseResult parsed, CancellationToken ct) => services.Sandboxes.Start(pod, app, ct);
}
