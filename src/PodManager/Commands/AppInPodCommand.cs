using System.CommandLine;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>What the verbs about one app of a pod have in common.</summary>
internal abstract class AppInPodCommand : Verb
{
    private readonly PodArguments _pod = new(isMany: false);
    private readonly Flag<AppName?> _app = Flags.One<AppName?>("--app", "NAME", "the app", RunValues.ReadAppName, null);

    protected AppInPodCommand(CommandContext context, GlobalFlags globals, string name, string description)
        : base(name, description)
    {
        Context = context;
        Globals = globals;
        _pod.AddTo(this);
        Add(_app);
    }

    public override string Usage => $"app {Name} [FLAGS] --app=NAME POD";

    protected CommandContext Context { get; }

    protected GlobalFlags Globals { get; }

    public override IEnumerable<string> Faults(ParseResult parsed) =>
        _app.Of(parsed) is null && !parsed.Errors.Any() ? [.. _pod.Faults(parsed), $"must provide the app to {Name}: --app=NAME"] : _pod.Faults(parsed);

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = Context.Open(Globals.Read(parsed));
        Run(services, _pod.Read(parsed, services.Pods)[0], _app.Of(parsed)!.Value, parsed, ct);
        return Task.FromResult((int)ExitCode.Ok);
    }

    protected abstract void Run(IServices services, PodId pod, AppName app, ParseResult parsed, CancellationToken ct);
}
