using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl run [pod flags] IMAGE [app flags] [-- ARG…] [--- IMAGE…]`.</summary>
internal sealed class RunCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly PodFlags _pod = new();
    private readonly StartFlags _start = new();

    public RunCommand(CommandContext context, GlobalFlags globals)
        : base("run", "Run images as a pod")
    {
        _context = context;
        _globals = globals;
        foreach (Option flag in _start.All.Concat(_pod.All))
        {
            Add(flag);
        }
    }

    public override bool NeedsRoot => true;

    public override Command AppGrammar => _pod.AppGrammar;

    public override string Usage => "run [POD FLAGS] IMAGE [APP FLAGS] [-- ARGUMENT…] [--- IMAGE…]";

    public override IEnumerable<string> Faults(ParseResult parsed) => _start.Faults(parsed).Concat(_pod.PortFaults(parsed, _start.NetworkOf(parsed)));

    public override string? HintOf(ParseResult parsed) => _pod.HintOf(parsed);

    public override IEnumerable<string> AppFaults(ParseResult parsed, IReadOnlyList<ParsedApp> apps)
    {
        foreach (string fault in _pod.Faults(parsed, apps))
        {
            yield return fault;
        }

        if (_start.IsInteractive(parsed) && _pod.AppCount(parsed, apps) > 1)
        {
            yield return "--interactive takes one image";
        }

        if (_start.IsInteractive(parsed) && _pod.TakesInput(parsed))
        {
            yield return "--interactive and --pod-manifest=- exclude each other: both are about standard input";
        }

        if (!_start.IsDetached(parsed) && _pod.HasRestartedApp(parsed, apps))
        {
            yield return "--restart takes --detach: podctl in the foreground stays with an app until it ends";
        }

        if (!_start.IsDetached(parsed) && _pod.HasAppRestartedIfUnhealthy(parsed, apps))
        {
            yield return "--health-on-failure=restart takes --detach: podctl in the foreground stays with an app until it ends";
        }

        if (!_start.IsDetached(parsed) && _pod.HasAppWithStreams(parsed, apps))
        {
            yield return "--stdin, --stdout and --stderr take --detach: in the foreground podctl has the app's streams";
        }
    }

    public override async Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        Settings settings = _globals.Read(parsed) with { Progress = _pod.Progress.Of(parsed) };
        RunOptions options = new(
            _pod.Read(parsed, words.Apps, settings.InsecureOptions), _start.Read(parsed, settings.InsecureOptions), _pod.UuidFile(parsed));
        using IServices services = _context.Open(settings);
        try
        {
            return Report(_context, await services.Runner.RunAsync(options, ct), options.Start.Mode);
        }
        catch (Exception e) when (RunFailure.Of($"run '{string.Join("', '", options.Pod.Apps.Select(static app => app.Image))}'", e, options.Start.Mode != RunMode.Detached) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>Says which pod runs, if that is all there is to say.</summary>
    public static int Report(CommandContext context, RunResult result, RunMode mode)
    {
        if (mode == RunMode.Detached)
        {
            Print(context, result.Pod, "runs");
        }

        return result.Code;
    }

    /// <summary>Prints a new pod's UUID, and says it elsewhere if that fails: the pod is there.</summary>
    public static void Print(CommandContext context, PodId pod, string state)
    {
        try
        {
            context.Out.Line(pod.ToString());
            context.Out.Flush();
        }
        catch (PodctlException e)
        {
            throw new PodctlException(e.Code, $"{e.Message}; pod '{pod}' {state}", null, e);
        }
    }
}
