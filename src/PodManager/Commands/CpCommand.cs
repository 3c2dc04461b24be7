using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl cp`.</summary>
internal sealed class CpCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Argument<string[]> _words = new("SRC DST") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Flag<AppName?> _app = Flags.One<AppName?>("--app", "NAME", "the app, if the pod has several", RunValues.ReadAppName, null);
    private readonly Flag<bool> _archive = Flags.Switch("--archive", "keep owners by number, and setuid bits; else root owns what is copied", "-a");
    private readonly Flag<bool> _overwrite = Flags.Switch("--overwrite", "let a directory take the place of a file, and the other way round");

    public CpCommand(CommandContext context, GlobalFlags globals)
        : base("cp", "Copy files into or out of a pod's app, also as an archive (-)")
    {
        _context = context;
        _globals = globals;
        Add(_words);
        Add(_app);
        Add(_archive);
        Add(_overwrite);
    }

    public override bool NeedsRoot => true;

    public override string Usage => "cp [FLAGS] POD:PATH PATH|- | cp [FLAGS] PATH|- POD:PATH";

    public override IEnumerable<string> Faults(ParseResult parsed) => CopyPlaces.TryParse(parsed.GetValue(_words) ?? [], out _) is { } fault ? [fault] : [];

    public override async Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        _ = CopyPlaces.TryParse(parsed.GetValue(_words)!, out CopyPlaces? places);
        if (!places!.IsIntoPod && places.HostPath == CopyOptions.Stream)
        {
            ArchiveOutput.Check(_context.Out);
        }

        using IServices services = _context.Open(_globals.Read(parsed));
        CopyOptions options = new()
        {
            Pod = services.Pods.Resolve(places.Pod),
            App = _app.Of(parsed),
            IsIntoPod = places.IsIntoPod,
            PodPath = places.PodPath,
            HostPath = places.HostPath,
            KeepsOwners = _archive.Of(parsed),
            Overwrites = _overwrite.Of(parsed),
        };
        await services.FilesOfPods.CopyAsync(options, ArchiveOutput.To(_context.Out), ct);
        return (int)ExitCode.Ok;
    }
}
