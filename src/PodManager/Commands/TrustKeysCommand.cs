using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Output;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>Trusts keys, after showing which they are.</summary>
internal abstract class TrustKeysCommand : Verb
{
    private const int Attempts = 3;

    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Argument<string[]> _files = new("KEYFILE…") { Arity = ArgumentArity.ZeroOrMore };
    private readonly TrustScopeFlags _scope = new();
    private readonly Flag<bool> _skipReview = Flags.Switch("--skip-fingerprint-review", "do not ask");

    protected TrustKeysCommand(CommandContext context, GlobalFlags globals, string name, string description)
        : base(name, description)
    {
        _context = context;
        _globals = globals;
        Add(_files);
        _scope.AddTo(this);
        Add(_skipReview);
    }

    public override bool NeedsRoot => true;

    public override IEnumerable<string> Faults(ParseResult parsed)
    {
        if (parsed.GetValue(_files) is not { Length: > 0 })
        {
            yield return "must provide a key file";
        }

        foreach (string fault in _scope.Faults(parsed))
        {
            yield return fault;
        }
    }

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        TrustScope scope = _scope.Read(parsed);

        // All are read before any is trusted.
        List<(string File, KeyFile Key)> keys = [.. parsed.GetValue(_files)!.Select(file => (file, services.TrustedKeys.ReadKey(file)))];
        foreach ((string file, KeyFile key) in keys)
        {
            if (!_skipReview.Of(parsed) && !Review(scope, file, key, ct))
            {
                throw new PodctlException(ExitCode.Failed, $"the key in '{file}' is not trusted, as nobody said yes");
            }

            string path = services.TrustedKeys.Add(scope, key);
            _context.Out.Line(scope.Prefix is null ? $"Added root key at \"{path}\"" : $"Added key for prefix \"{scope.Prefix}\" at \"{path}\"");
        }

        return Task.FromResult((int)ExitCode.Ok);
    }

    private bool Review(TrustScope scope, string file, KeyFile key, CancellationToken ct)
    {
        string question = $"""
            key:         {SafeText.Line(file)}
            type:        {key.TypeName}
            fingerprint: {key.Fingerprint}
            trusted for: {(scope.Prefix is null ? "every image" : $"images below {SafeText.Line(scope.Prefix)}")}
            Are you sure you want to trust this key (yes/no)?
            """;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            string answer = _context.Prompt.Ask($"{question} ", isSecret: false, ct) ?? throw new PodctlException(
                ExitCode.Failed,
                $"nobody can be asked whether to trust the {key.TypeName} key in '{file}', fingerprint {key.Fingerprint}: there is no terminal",
                "`--skip-fingerprint-review` trusts it without asking");
            switch (answer.Trim().ToLowerInvariant())
            {
                case "yes" or "y":
                    return true;
                case "no" or "n":
                    return false;
                default:
                    question = "Please enter 'yes' or 'no':";
                    break;
            }
        }

        return false;
    }
}
