using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl gc`.</summary>
internal sealed class GcCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Flag<TimeSpan> _gracePeriod = Flags.One(
        "--grace-period", "DURATION", "how long a pod stays after it was marked (default 30m)", Flags.ReadDuration, TimeSpan.FromMinutes(30));

    private readonly Flag<TimeSpan> _expirePrepared = Flags.One(
        "--expire-prepared", "DURATION", "how long a pod that never ran stays (default 24h)", Flags.ReadDuration, TimeSpan.FromHours(24));

    private readonly Flag<bool> _markOnly = Flags.Switch("--mark-only", "mark pods that have ended, and remove nothing");

    private readonly Flag<bool> _noNetworks = Flags.Switch("--no-networks", "leave what pods had of their networks to `podctl network release`");

    public GcCommand(CommandContext context, GlobalFlags globals)
        : base("gc", "Remove pods that ended a while ago, and what dead processes left")
    {
        _context = context;
        _globals = globals;
        Add(_gracePeriod);
        Add(_expirePrepared);
        Add(_markOnly);
        Add(_noNetworks);
    }

    public override bool NeedsRoot => true;

    public override string Usage => "gc [FLAGS]";

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        GarbageOptions options = new(_gracePeriod.Of(parsed), _expirePrepared.Of(parsed), _markOnly.Of(parsed)) { KeepNetworks = _noNetworks.Of(parsed) };
        services.Pods.CollectGarbage(options, Report, ct);
        if (!options.MarkOnly)
        {
            services.Images.RemoveLeftovers();
        }

        return Task.FromResult((int)ExitCode.Ok);
    }

    private void Report(GarbageEvent what)
    {
        switch (what)
        {
            case GarbageEvent.Marked { IsAborted: true } e:
                _context.Messages.Note($"moving failed prepare \"{e.Pod}\" to garbage");
                break;
            case GarbageEvent.Expired e:
                _context.Messages.Note($"moving pod \"{e.Pod}\" to garbage: it was prepared more than {GoDuration.Format(e.Age)} ago and never run");
                break;
            case GarbageEvent.Marked e:
                _context.Messages.Note($"moving pod \"{e.Pod}\" to garbage");
                break;
            case GarbageEvent.Removing e:
                _context.Out.Line($"Garbage collecting pod \"{e.Pod}\"");
                break;
            case GarbageEvent.Kept e:
                _context.Messages.Note($"pod \"{e.Pod}\" not removed: still within grace period ({GoDuration.Format(e.GracePeriod)})");
                break;
            case GarbageEvent.Leftover e:
                _context.Messages.Note(e.Message);
                break;
        }
    }
}
