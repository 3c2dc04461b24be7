using System.CommandLine;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl app rm`.</summary>
internal sealed class AppRmCommand(CommandContext context, GlobalFlags globals) : AppInPodCommand(context, globals, "rm", "Stop and remove such an app, with all it wrote")
{
    public override bool NeedsRoot => true;

    protected override void Run(IServices services, PodId pod, AppName app, ParseResult parsed, CancellationToken ct) => services.Sandboxes.Remove(pod, app);
}
