using System.CommandLine;

namespace PodManager.Commands;

/// <summary>`podctl help [COMMAND]`.</summary>
internal sealed class HelpCommand : Verb
{
    private readonly CommandContext _context;
    private readonly Argument<string[]> _words = new("COMMAND") { Arity = ArgumentArity.ZeroOrMore };

    public HelpCommand(CommandContext context)
        : base("help", "Show how a command is used")
    {
        _context = context;
        Add(_words);
    }

    public override string Usage => "help [COMMAND]";

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        Command command = parsed.RootCommandResult.Command;
        IReadOnlyList<Option> globals = [.. command.Options];
        foreach (string word in parsed.GetValue(_words) ?? [])
        {
            command = command.Subcommands.FirstOrDefault(child => child.Name == word)
                ?? throw new PodctlException(ExitCode.Usage, $"unknown command '{word}'", "`podctl help` lists the commands");
        }

        _context.Out.Text(HelpText.Of(command, globals));
        return Task.FromResult((int)ExitCode.Ok);
    }
}
