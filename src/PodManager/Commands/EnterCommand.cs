using System.CommandLine;
using Common.Native;
using PodManager.Lifecycle;

namespace PodManager.Commands;

/// <summary>`podctl enter`.</summary>
internal sealed class EnterCommand(CommandContext context, GlobalFlags globals)
    : CommandInPod(context, globals, "enter", "Run a command in a running app as the pod's root, unconfined")
{
    private const string DefaultShell = "/bin/bash";

    public override string Usage => "enter [--app=NAME] POD [COMMAND [ARGUMENT…]]";

    protected override ExecOptions Complete(ExecOptions options, ParseResult parsed)
    {
        if (options.Command.Count == 0)
        {
            Context.Messages.Note($"no command specified, assuming \"{DefaultShell}\"");
        }

        return options with
        {
            Command = options.Command.Count > 0 ? options.Command : [DefaultShell],
            IsConfined = false,
            HasTerminal = Terminal.IsTerminal(0) && Terminal.IsTerminal(1),
        };
    }
}
