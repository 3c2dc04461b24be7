using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl export`.</summary>
internal sealed class ExportCommand : Verb
{
    private const string StandardOutput = "-";

    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Argument<string[]> _words = new("POD FILE") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Flag<AppName?> _app = Flags.One<AppName?>("--app", "NAME", "the app, if the pod has several", RunValues.ReadAppName, null);
    private readonly Flag<bool> _overwrite = Flags.Switch("--overwrite", "replace a file that is there");
    private readonly ProgressFlags _progress = new();

    public ExportCommand(CommandContext context, GlobalFlags globals)
        : base("export", "Write an exited app, with what it has changed, to an image archive")
    {
        _context = context;
        _globals = globals;
        Add(_words);
        Add(_app);
        Add(_overwrite);
        _progress.AddTo(this);
    }

    public override bool NeedsRoot => true;

    public override string Usage => "export [FLAGS] POD FILE|-";

    public override IEnumerable<string> Faults(ParseResult parsed) => (parsed.GetValue(_words) ?? []) switch
    {
        [] => ["must provide the UUID or the name of a pod, and an output file, or - for standard output"],
        [_] => ["must provide an output file, or - for standard output"],
        [_, ""] => ["the output file has no name"],
        [_, _] => [],
        [_, _, var more, ..] => [$"unexpected argument '{more}'"],
    };

    public override async Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        string[] places = parsed.GetValue(_words)!;
        bool isStandardOutput = places[1] == StandardOutput;
        if (isStandardOutput)
        {
            ArchiveOutput.Check(_context.Out);
        }

        using IServices services = _context.Open(_globals.Read(parsed) with { Progress = _progress.Of(parsed) });
        PodExportOptions options = new(
            services.Pods.Resolve(places[0]), _app.Of(parsed), isStandardOutput ? null : places[1], _overwrite.Of(parsed), ArchiveOutput.To(_context.Out));
        await services.FilesOfPods.ExportAsync(options, ct);
        return (int)ExitCode.Ok;
    }
}
