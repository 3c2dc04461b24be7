using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl login`.</summary>
internal sealed class LoginCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Argument<string[]> _registry = new("REGISTRY") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Flag<string?> _user = Flags.Text("--username", "USER", "instead of asking for it");
    private readonly Flag<bool> _isPasswordInput = Flags.Switch("--password-stdin", "take the password from standard input instead of asking for it");
    private readonly Flag<string?> _authFile = AuthFileFlag.Create();

    public LoginCommand(CommandContext context, GlobalFlags globals)
        : base("login", "Keep a login for a registry, once the registry accepts it")
    {
        _context = context;
        _globals = globals;
        Add(_registry);
        Add(_user);
        Add(_isPasswordInput);
        Add(_authFile);
    }

    public override string Usage => "login [FLAGS] HOST[:PORT][/NAMESPACE]";

    public override IEnumerable<string> Faults(ParseResult parsed)
    {
        foreach (string fault in RegistryWords.Faults(parsed.GetValue(_registry) ?? []))
        {
            yield return fault;
        }

        if (_isPasswordInput.Of(parsed) && _user.Of(parsed) is null)
        {
            yield return "--password-stdin needs --username";
        }

        // RFC 7617: what stands before the first colon is the user.
        if (_user.Of(parsed) is { } user && (user.Contains(':', StringComparison.Ordinal) || user.Any(char.IsControl)))
        {
            yield return "--username: a user's name has no colon and no control characters";
        }
    }

    public override async Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        string registry = parsed.GetValue(_registry)![0];
        Settings settings = _globals.Read(parsed);
        string user = _user.Of(parsed) ?? Ask($"User for {registry}: ", isSecret: false, ct);
        string password = _isPasswordInput.Of(parsed) ? _context.Prompt.ReadInput() : Ask($"Password for {user} at {registry}: ", isSecret: true, ct);
        if (user.Length == 0 || password.Length == 0)
        {
            throw new PodctlException(ExitCode.Usage, $"the {(user.Length == 0 ? "user" : "password")} is empty");
        }

        using IServices services = _context.Open(settings);
        FetchOptions options = new(
            PullPolicy.Update,
            settings.InsecureOptions.HasFlag(InsecureOptions.Http),
            settings.InsecureOptions.HasFlag(InsecureOptions.Tls),
            _authFile.Of(parsed));
        string place = await services.Logins.LoginAsync(new LoginRequest { Registry = registry, User = user, Password = password, Options = options }, ct);
        _context.Messages.Note($"logged in to '{registry}' as '{user}', kept in '{place}'");
        return (int)ExitCode.Ok;
    }

    private string Ask(string question, bool isSecret, CancellationToken ct) => _context.Prompt.Ask(question, isSecret, ct) ?? throw new PodctlException(
        ExitCode.Usage, "there is no terminal to ask at", "use `--username` and `--password-stdin`");
}
