using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl trust rm`.</summary>
internal sealed class TrustRmCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Argument<string[]> _keys = new("KEY…") { Arity = ArgumentArity.ZeroOrMore };
    private readonly TrustScopeFlags _scope = new();

    public TrustRmCommand(CommandContext context, GlobalFlags globals)
        : base("rm", "Trust keys no more; the distribution's are masked")
    {
        _context = context;
        _globals = globals;
        Add(_keys);
        _scope.AddTo(this);
    }

    public override bool NeedsRoot => true;

    public override string Usage => "trust rm --prefix=PREFIX|--root FINGERPRINT|KEYFILE…";

    public override IEnumerable<string> Faults(ParseResult parsed)
    {
        if (parsed.GetValue(_keys) is not { Length: > 0 })
        {
            yield return "must provide a fingerprint or a key file";
        }

        foreach (string fault in _scope.Faults(parsed))
        {
            yield return fault;
        }
    }

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        Failures failures = new("remove", "key");
        foreach (string key in parsed.GetValue(_keys)!.Distinct())
        {
            failures.Collect(() => Remove(services.TrustedKeys, _scope.Read(parsed), key));
        }

        failures.ThrowIfAny();
        return Task.FromResult((int)ExitCode.Ok);
    }

    private void Remove(ITrustedKeys keys, TrustScope scope, string key)
    {
        KeyFingerprint fingerprint = KeyFingerprint.TryParse(key, out KeyFingerprint? parsed) ? parsed : keys.ReadKey(key).Fingerprint;
        string path = keys.Remove(scope, fingerprint);
        _context.Out.Line(File.Exists(path) ? $"Masked key by \"{path}\"" : $"Removed key at \"{path}\"");
    }
}
