using System.CommandLine;

namespace PodManager.Commands;

/// <summary>`podctl completion SHELL`: the script that is installed, for where it is not.</summary>
internal sealed class CompletionCommand : Verb
{
    private readonly CommandContext _context;
    private readonly Argument<string[]> _shell = new("SHELL") { Arity = ArgumentArity.ZeroOrMore };

    public CompletionCommand(CommandContext context)
        : base("completion", "Print the script that makes a shell complete podctl's words")
    {
        _context = context;
        Add(_shell);
    }

    public override string Usage => "completion bash|zsh|fish";

    public override IEnumerable<string> Faults(ParseResult parsed)
    {
        if (ShellOf(parsed) is not ("bash" or "zsh" or "fish"))
        {
            yield return parsed.GetValue(_shell) is { Length: > 0 } words
                ? $"'{string.Join(' ', words)}' is no shell that there is a script for: use bash, zsh or fish"
                : "must provide a shell: bash, zsh or fish";
        }
    }

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        string name = $"completion.{ShellOf(parsed)}";
        using Stream script = typeof(CompletionCommand).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"no resource '{name}'");
        using StreamReader reader = new(script);
        _context.Out.Text(reader.ReadToEnd());
        return Task.FromResult((int)ExitCode.Ok);
    }

    private string? ShellOf(ParseResult parsed) => parsed.GetValue(_shell) is [string only] ? only : null;
}
