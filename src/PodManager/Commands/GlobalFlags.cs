using System.CommandLine;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>The flags that stand on either side of any verb.</summary>
internal sealed class GlobalFlags
{
    public Flag<string?> Directory { get; } = Flags.Text(
        "--dir", "PATH", $"where images and pods are kept (default {Settings.DefaultDirectory})");

    public Flag<bool> Debug { get; } = Flags.Switch("--debug", "say more, and show stack traces of errors");

    public Flag<InsecureOptions> InsecureOptions { get; } = Flags.One(
        "--insecure-options", "LIST", $"turn protections off, any of {InsecureOptionList.AllWords}", ReadInsecureOptions, Pods.InsecureOptions.None);

    public IReadOnlyList<Option> All => [Directory, Debug, InsecureOptions];

    public Settings Read(ParseResult parsed) => new()
    {
        Directory = Path.GetFullPath(Directory.Of(parsed) ?? Settings.DefaultDirectory),
        Debug = Debug.Of(parsed),
        InsecureOptions = InsecureOptions.Of(parsed),
    };

    private static string? ReadInsecureOptions(string text, out InsecureOptions value)
    {
        IReadOnlyList<string> faults = InsecureOptionList.Faults(text, out value);
        return faults.Count == 0 ? null : $"{string.Join(", ", faults)}; it takes {InsecureOptionList.AllWords}";
    }
}
