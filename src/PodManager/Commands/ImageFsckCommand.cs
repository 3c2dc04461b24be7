using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Output;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl image fsck`.</summary>
internal sealed class ImageFsckCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Flag<bool> _deep = Flags.Switch("--deep", "compare the content of every file with what was fetched");
    private readonly Flag<bool> _repair = Flags.Switch("--repair", "fetch damaged images again, and drop what cannot be fetched");
    private readonly ProgressFlags _progress = new();

    public ImageFsckCommand(CommandContext context, GlobalFlags globals)
        : base("fsck", "Look for damage in the image store, and fail if there is any")
    {
        _context = context;
        _globals = globals;
        Add(_deep);
        Add(_repair);
        _progress.AddTo(this);
    }

    public override bool NeedsRoot => true;

    public override string Usage => "image fsck [FLAGS]";

    public override async Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        Settings settings = _globals.Read(parsed) with { Progress = _progress.Of(parsed) };
        using IServices services = _context.Open(settings);
        IReadOnlyList<StoreFault> faults = services.StoreChecker.Check(_deep.Of(parsed), image: null, ct);
        if (!_repair.Of(parsed))
        {
            foreach (StoreFault fault in faults)
            {
                _context.Out.Line(SafeText.Line(fault.What));
            }

            return (int)(faults.Count == 0 ? ExitCode.Ok : ExitCode.Failed);
        }

        FetchOptions options = new(
            PullPolicy.Update,
            settings.InsecureOptions.HasFlag(InsecureOptions.Http),
            settings.InsecureOptions.HasFlag(InsecureOptions.Tls));
        IReadOnlyList<RepairOutcome> outcomes = await new StoreRepair(services.StoreChecker, services.ImageSource, options).RepairAsync(faults, ct);
        foreach (RepairOutcome outcome in outcomes)
        {
            _context.Out.Line(SafeText.Line(outcome.What));
        }

        return (int)(outcomes.All(static outcome => outcome.IsGood) ? ExitCode.Ok : ExitCode.Failed);
    }
}
