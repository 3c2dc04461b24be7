using System.CommandLine;
using PodManager.Lifecycle;

namespace PodManager.Commands;

/// <summary>`podctl exec`.</summary>
internal sealed class ExecCommand : CommandInPod
{
    private readonly Flag<bool> _terminal = Flags.Switch("--tty", "give the command a terminal of the pod's", "-t");
    private readonly Flag<string?> _user = Flags.Text("--user", "USER[:GROUP]", "name or number in the image (default the app's)");
    private readonly Flag<IReadOnlyList<string>> _environment = Flags.Many<string>("--env", "NAME=VALUE", "set a variable, beside the app's", RunValues.ReadVariable);
    private readonly Flag<string?> _workingDirectory = Flags.One<string?>("--workdir", "PATH", "the working directory (default the app's)", RunValues.ReadAbsolutePath, null);
    private readonly Flag<bool> _input = Flags.One("--interactive", "yes|no", "pass standard input on (default yes)", Flags.ReadBool, true, Flags.True);

    public ExecCommand(CommandContext context, GlobalFlags globals)
        : base(context, globals, "exec", "Run a command in a running app, confined as the app is")
    {
        _input.Aliases.Add("-i");
        _user.Aliases.Add("-u");
        _environment.Aliases.Add("-e");
        _workingDirectory.Aliases.Add("-w");
        Add(_terminal);
        Add(_input);
        Add(_user);
        Add(_environment);
        Add(_workingDirectory);
    }

    public override string Usage => $"{Words} [FLAGS] POD COMMAND [ARGUMENT…]";

    public override IEnumerable<string> Faults(ParseResult parsed) =>
        _terminal.Of(parsed) && !_input.Of(parsed) ? [.. base.Faults(parsed), "--tty and --interactive=no exclude each other"] : base.Faults(parsed);

    protected override ExecOptions Complete(ExecOptions options, ParseResult parsed) => options with
    {
        Command = options.Command.Count > 0 ? options.Command : throw new PodctlException(ExitCode.Usage, "must provide a command", "`podctl exec POD COMMAND` runs it, `podctl enter POD` a shell"),
        User = _user.Of(parsed),
        Environment = _environment.Of(parsed),
        WorkingDirectory = _workingDirectory.Of(parsed),
        HasTerminal = _terminal.Of(parsed),
        HasInput = _input.Of(parsed),
    };
}
