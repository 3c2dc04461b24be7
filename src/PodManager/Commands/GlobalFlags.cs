using System.CommandLine;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>The flags that stand on either side of any verb.</summary>
internal sealed class GlobalFlags
{
    public Flag<string?> Directory { get; } = Flags.One<string?>(
        "--dir", "PATH", $"where images and pods are kept (default {Settings.DefaultDirectory})", ReadPlace, null);

    public Flag<string?> LocalConfig { get; } = Flags.One<string?>(
        "--local-config", "PATH", $"where the administrator's settings are (default {Settings.DefaultLocalConfig})", ReadDirectory, null);

    public Flag<string?> SystemConfig { get; } = Flags.One<string?>(
        "--system-config", "PATH", $"where the distribution's settings are (default {Settings.DefaultSystemConfig})", ReadDirectory, null);

    public Flag<bool> Debug { get; } = Flags.Switch("--debug", "say more, and show stack traces of errors");

    public Flag<InsecureOptions> InsecureOptions { get; } = Flags.One(
        "--insecure-options", "LIST", $"turn protections off, any of {InsecureOptionList.AllWords}", ReadInsecureOptions, Pods.InsecureOptions.None);

    public IReadOnlyList<Option> All => [Directory, LocalConfig, SystemConfig, Debug, InsecureOptions];

    public Settings Read(ParseResult parsed) => new()
    {
        Directory = Path.GetFullPath(Directory.Of(parsed) ?? Settings.DefaultDirectory),
        LocalConfig = LocalConfig.Of(parsed) ?? Settings.DefaultLocalConfig,
        SystemConfig = SystemConfig.Of(parsed) ?? Settings.DefaultSystemConfig,
        Debug = Debug.Of(parsed),
        InsecureOptions = InsecureOptions.Of(parsed),
    };

    private static string? ReadPlace(string text, out string? value)
    {
        value = text;
        return File.Exists(text) ? $"'{text}' is no directory" : null;
    }

    // One that is not there would mean no keys and no logins, and nobody would be told.
    private static string? ReadDirectory(string text, out string? value)
    {
        value = Path.GetFullPath(text.Length > 0 ? text : ".");
        return text.Length > 0 && System.IO.Directory.Exists(value) ? null : $"there is no directory '{text}'";
    }

    private static string? ReadInsecureOptions(string text, out InsecureOptions value)
    {
        IReadOnlyList<string> faults = InsecureOptionList.Faults(text, out value);
        return faults.Count == 0 ? null : $"{string.Join(", ", faults)}; it takes {InsecureOptionList.AllWords}";
    }
}
