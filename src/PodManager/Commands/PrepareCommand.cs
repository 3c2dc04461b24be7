using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl prepare`.</summary>
internal sealed class PrepareCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly PodFlags _pod = new();

    public PrepareCommand(CommandContext context, GlobalFlags globals)
        : base("prepare", "Make a pod that `run-prepared` starts, and print its UUID")
    {
        _context = context;
        _globals = globals;
        foreach (Option flag in _pod.All)
        {
            Add(flag);
        }
    }

    public override bool NeedsRoot => true;

    public override Command AppGrammar => _pod.AppGrammar;

    public override string Usage => "prepare [POD FLAGS] IMAGE [APP FLAGS] [-- ARGUMENT…] [--- IMAGE…]";

    public override string? HintOf(ParseResult parsed) => _pod.HintOf(parsed);

    public override IEnumerable<string> AppFaults(ParseResult parsed, IReadOnlyList<ParsedApp> apps) => _pod.Faults(parsed, apps);

    public override async Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        Settings settings = _globals.Read(parsed) with { Progress = _pod.Progress.Of(parsed) };
        using IServices services = _context.Open(settings);
        PodOptions options = _pod.Read(parsed, words.Apps, settings.InsecureOptions);
        try
        {
            PodId pod = await services.Runner.PrepareAsync(options, _pod.UuidFile(parsed), ct);
            RunCommand.Print(_context, pod, "is prepared");
            return (int)ExitCode.Ok;
        }
        catch (Exception e) when (RunFailure.Of("prepare a pod", e, returnsCode: false) is { } failure)
        {
            throw failure;
        }
    }
}
