using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Output;

namespace PodManager.Commands;

/// <summary>`podctl image gc`.</summary>
internal sealed class ImageGcCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Flag<TimeSpan> _gracePeriod = Flags.One(
        "--grace-period", "DURATION", "how long an image stays after its last use (default 24h)", Flags.ReadDuration, TimeSpan.FromHours(24));
    private readonly ProgressFlags _progress = new();

    public ImageGcCommand(CommandContext context, GlobalFlags globals)
        : base("gc", "Remove images that were not used for a while, but none that a pod has")
    {
        _context = context;
        _globals = globals;
        Add(_gracePeriod);
        _progress.AddTo(this);
    }

    public override bool NeedsRoot => true;

    public override string Usage => "image gc [FLAGS]";

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed) with { Progress = _progress.Of(parsed) });

        // An exited pod counts, too: what it ran can be looked at as long as it is there.
        HashSet<string> needed = [.. services.Pods.List().SelectMany(static pod => pod.Apps).Select(static app => app.Image.Id)];
        IReadOnlyList<ImageRemoval> removals = services.Images.RemoveUnused(_context.Time.GetUtcNow() - _gracePeriod.Of(parsed), needed, ct);
        services.Images.RemoveLeftovers();
        foreach (ImageRemoval removal in removals)
        {
            _context.Out.Line($"successfully removed image: \"{removal.Id}\"");
        }

        if (removals.Sum(static removal => removal.FreedBytes) is > 0 and long freed)
        {
            _context.Messages.Note($"freed {Sizes.Binary(freed)}");
        }

        return Task.FromResult((int)ExitCode.Ok);
    }
}
