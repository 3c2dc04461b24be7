using System.CommandLine;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`--prefix` and `--root`: for which images a key is meant.</summary>
internal sealed class TrustScopeFlags
{
    public Flag<TrustScope?> Prefix { get; } = Flags.One<TrustScope?>(
        "--prefix", "PREFIX", "for images whose names begin so, as registry.example/team", static (text, out value) => TrustScope.TryParse(text, out value), absent: null);

    public Flag<bool> Root { get; } = Flags.Switch("--root", "for every image");

    public void AddTo(Command command)
    {
        command.Add(Prefix);
        command.Add(Root);
    }

    public TrustScope Read(ParseResult parsed) => Prefix.Of(parsed) ?? TrustScope.Root;

    public IEnumerable<string> Faults(ParseResult parsed)
    {
        bool hasPrefix = parsed.GetResult(Prefix) is { Implicit: false };
        if (hasPrefix == Root.Of(parsed))
        {
            yield return hasPrefix ? "--prefix and --root exclude each other" : "--prefix or --root must say for which images";
        }
    }
}
