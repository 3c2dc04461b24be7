using System.CommandLine;
using PodManager.Output;

namespace PodManager.Commands;

/// <summary>`--quiet` and `--progress`, of the verbs whose work can take long.</summary>
internal sealed class ProgressFlags
{
    private readonly Flag<bool> _quiet = Flags.Switch("--quiet", "show no progress, as --progress=none", "-q");
    private readonly Flag<ProgressFormat> _format = Flags.One(
        "--progress", "FORMAT", "auto (drawn on a terminal, else plain), plain, json or none", Read, ProgressFormat.Auto);

    public IReadOnlyList<Option> All => [_quiet, _format];

    public void AddTo(Command command)
    {
        command.Add(_quiet);
        command.Add(_format);
    }

    public ProgressFormat Of(ParseResult parsed) => _quiet.Of(parsed) ? ProgressFormat.None : _format.Of(parsed);

    private static string? Read(string text, out ProgressFormat value)
    {
        value = text switch { "plain" => ProgressFormat.Plain, "json" => ProgressFormat.Json, "none" => ProgressFormat.None, _ => ProgressFormat.Auto };
        return value != ProgressFormat.Auto || text == "auto" ? null : $"'{text}' is no format: use auto, plain, json or none";
    }
}
