using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl run-prepared`.</summary>
internal sealed class RunPreparedCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly PodArguments _pod = new(isMany: false);
    private readonly StartFlags _start = new();

    public RunPreparedCommand(CommandContext context, GlobalFlags globals)
        : base("run-prepared", "Run a pod that `prepare` has made")
    {
        _context = context;
        _globals = globals;
        _pod.AddTo(this);
        foreach (Option flag in _start.All)
        {
            Add(flag);
        }
    }

    public override bool NeedsRoot => true;

    public override string Usage => "run-prepared [FLAGS] POD";

    public override IEnumerable<string> Faults(ParseResult parsed) => _pod.Faults(parsed).Concat(_start.Faults(parsed));

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        Settings settings = _globals.Read(parsed);
        StartOptions options = _start.Read(parsed, settings.InsecureOptions);
        using IServices services = _context.Open(settings);
        try
        {
            PodId pod = _pod.Read(parsed, services.Pods)[0];
            return Task.FromResult(RunCommand.Report(_context, services.Runner.RunPrepared(pod, options, ct), options.Mode));
        }
        catch (Exception e) when (RunFailure.Of("run the prepared pod", e, options.Mode != RunMode.Detached) is { } failure)
        {
            throw failure;
        }
    }
}
