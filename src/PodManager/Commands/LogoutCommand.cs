using System.CommandLine;

namespace PodManager.Commands;

/// <summary>`podctl logout`.</summary>
internal sealed class LogoutCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Argument<string[]> _registry = new("REGISTRY") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Flag<bool> _all = Flags.Switch("--all", "forget every login in the file");
    private readonly Flag<string?> _authFile = AuthFileFlag.Create();

    public LogoutCommand(CommandContext context, GlobalFlags globals)
        : base("logout", "Forget a login for a registry")
    {
        _context = context;
        _globals = globals;
        Add(_registry);
        Add(_all);
        Add(_authFile);
    }

    public override string Usage => "logout [FLAGS] HOST[:PORT][/NAMESPACE]";

    public override IEnumerable<string> Faults(ParseResult parsed)
    {
        string[] words = parsed.GetValue(_registry) ?? [];
        IEnumerable<string> faults = !_all.Of(parsed) ? RegistryWords.Faults(words) : words.Length > 0 ? ["--all and a registry exclude each other"] : [];
        return AuthFileFlag.FaultOf(_authFile.Of(parsed)) is { } fault ? faults.Append(fault) : faults;
    }

    public override async Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        if (_all.Of(parsed))
        {
            foreach (string name in await services.Logins.LogoutAllAsync(_authFile.Of(parsed), ct))
            {
                _context.Messages.Note($"logged out of '{name}'");
            }

            return (int)ExitCode.Ok;
        }

        string registry = parsed.GetValue(_registry)![0];
        string? place = await services.Logins.LogoutAsync(registry, _authFile.Of(parsed), ct);
        _context.Messages.Note(place is null ? $"there was no login for '{registry}'" : $"logged out of '{registry}', which was kept in '{place}'");
        return (int)ExitCode.Ok;
    }
}
