using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>What `exec` and `enter` have in common: a pod, an app, and a command whose exit code is podctl's.</summary>
internal abstract class CommandInPod : Verb
{
    private readonly GlobalFlags _globals;
    private readonly Argument<string[]> _pod = new("POD") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Flag<AppName?> _app = Flags.One<AppName?>("--app", "NAME", "the app, if the pod has several", RunValues.ReadAppName, null);

    protected CommandInPod(CommandContext context, GlobalFlags globals, string name, string description)
        : base(name, description)
    {
        Context = context;
        _globals = globals;
        Add(_pod);
        Add(_app);
    }

    public override bool NeedsRoot => true;

    public override bool TakesCommand => true;

    protected CommandContext Context { get; }

    public override IEnumerable<string> Faults(ParseResult parsed) => parsed.GetValue(_pod) is [_] ? [] : ["must provide the UUID or the name of a pod"];

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        IReadOnlyList<string> command = words.Arguments is [] or null ? [] : words.Arguments[0] == "--" ? [.. words.Arguments.Skip(1)] : words.Arguments;
        using IServices services = Context.Open(_globals.Read(parsed));
        try
        {
            if (command is ["", ..])
            {
                throw new PodctlException(ExitCode.Usage, "the command is an empty word", "a shell makes one of a variable that is not set");
            }

            ExecOptions options = new() { Pod = services.Pods.Resolve(parsed.GetValue(_pod)![0]), App = _app.Of(parsed), Command = command };
            return Task.FromResult(services.Exec.Run(Complete(options, parsed)));
        }
        catch (Exception e) when (RunFailure.Of($"run '{(command.Count > 0 ? command[0] : Name)}'", e, returnsCode: true) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>Adds what the verb's own flags say.</summary>
    protected abstract ExecOptions Complete(ExecOptions options, ParseResult parsed);
}
