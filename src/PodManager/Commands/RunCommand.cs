using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl run [pod flags] IMAGE [app flags] [-- ARG…]`.</summary>
internal sealed class RunCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly RunFlags _flags = new();
    private readonly Argument<string[]> _images = new("IMAGE") { Arity = ArgumentArity.ZeroOrMore };

    public RunCommand(CommandContext context, GlobalFlags globals)
        : base("run", "Run an image as a pod")
    {
        _context = context;
        _globals = globals;
        Add(_images);
        foreach (Option flag in _flags.All)
        {
            Add(flag);
        }
    }

    public override bool NeedsRoot => true;

    public override string Usage => "run [POD FLAGS] IMAGE [APP FLAGS] [-- ARGUMENT…]";

    public override IEnumerable<string> Faults(ParseResult parsed)
    {
        string[] images = parsed.GetValue(_images) ?? [];
        switch (images)
        {
            case []:
                yield return "must provide an image";
                break;
            case [string image]:
                if (ImageRef.TryParse(image, out _, out _) is { } fault)
                {
                    yield return $"invalid image reference '{image}': {fault}";
                }

                break;
            default:
                yield return $"a pod has one image for now, and '{images[1]}' would be a second";
                break;
        }

        foreach (string fault in _flags.Faults(parsed))
        {
            yield return fault;
        }
    }

    public override async Task<int> RunAsync(ParseResult parsed, IReadOnlyList<string>? arguments, CancellationToken ct)
    {
        RunOptions options = _flags.Read(parsed, parsed.GetValue(_images)![0], arguments, _globals.Read(parsed).InsecureOptions);
        using IServices services = _context.Open(_globals.Read(parsed) with { Progress = _flags.Progress.Of(parsed) });
        try
        {
            RunResult result = await services.Runner.RunAsync(options, ct);
            if (options.Mode == RunMode.Detached)
            {
                _context.Out.Line(result.Pod.ToString());
            }

            return result.Code;
        }
        catch (Exception e) when (options.Mode != RunMode.Detached && ForegroundFailure.Of($"run '{options.Image}'", e) is { } failure)
        {
            throw failure;
        }
    }
}
