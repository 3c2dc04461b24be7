using System.CommandLine;
using PodManager.Lifecycle;

namespace PodManager.Commands;

/// <summary>`podctl fetch`.</summary>
internal sealed class FetchCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Argument<string[]> _images = new("IMAGE…") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Flag<bool> _full = Flags.Switch("--full", "print whole ids");
    private readonly ProgressFlags _progress = new();
    private readonly Flag<PullPolicy> _pullPolicy = Flags.One(
        "--pull-policy", "never|new|update", "when to ask the registry (default new)", RunValues.ReadPullPolicy, PullPolicy.New);

    private readonly Flag<string?> _authFile = AuthFileFlag.Create();

    public FetchCommand(CommandContext context, GlobalFlags globals)
        : base("fetch", "Fetch images into the store")
    {
        _context = context;
        _globals = globals;
        Add(_images);
        Add(_full);
        _progress.AddTo(this);
        Add(_pullPolicy);
        Add(_authFile);
    }

    public override bool NeedsRoot => true;

    public override bool TakesImagesOnly => true;

    public override string Usage => $"{Words} [FLAGS] IMAGE…";

    public override IEnumerable<string> Faults(ParseResult parsed) =>
        [.. ImageNames.Faults(parsed.GetValue(_images) ?? []), .. AuthFileFlag.FaultOf(_authFile.Of(parsed)) is { } fault ? new[] { fault } : []];

    public override async Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        Settings settings = _globals.Read(parsed) with { Progress = _progress.Of(parsed) };
        using IServices services = _context.Open(settings);
        FetchOptions options = FetchOptions.Of(_pullPolicy.Of(parsed), settings.InsecureOptions, _authFile.Of(parsed));
        foreach (string name in parsed.GetValue(_images)!)
        {
            StoredImage image = await services.ImageSource.GetAsync(name, options, ct);
            _context.Out.Line(_full.Of(parsed) ? image.Id.ToString() : image.Id.Short);
        }

        return (int)ExitCode.Ok;
    }
}
