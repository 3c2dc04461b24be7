using System.CommandLine;

namespace PodManager.Commands;

/// <summary>`podctl complete`, which shells ask when somebody presses the tabulator.</summary>
internal sealed class CompleteCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;

    public CompleteCommand(CommandContext context, GlobalFlags globals)
        : base("complete", "List what may stand in the place of a command line's last word, for shells")
    {
        _context = context;
        _globals = globals;
    }

    public override string Usage => "complete -- WORD…";

    public override bool TakesAnyWords => true;

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        IReadOnlyList<string> line = words.Arguments ?? [];
        if (Parents.FirstOrDefault() is not Command root || line.Count == 0)
        {
            return Task.FromResult((int)ExitCode.Ok);
        }

        using IServices services = _context.Open(_globals.Read(parsed));
        foreach (string candidate in new Completion(root, services).Candidates(line))
        {
            _context.Out.Line(candidate);
        }

        return Task.FromResult((int)ExitCode.Ok);
    }
}
