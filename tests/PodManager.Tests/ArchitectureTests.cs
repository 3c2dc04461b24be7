using System.Text.RegularExpressions;
using Xunit;

namespace PodManager.Tests;

/// <summary>The arrows between folders, read from the `using` lines: a namespace is a folder.</summary>
public sealed partial class ArchitectureTests
{
    private const int MostLines = 400;

    // Who may use whom. Anything may use Common, and the root of PodManager (wiring, exit codes, the exception) is used by all and uses all.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["PodManager.Commands"] = ["PodManager.Lifecycle", "PodManager.Output", "PodManager.Pods"],
        ["PodManager.Lifecycle"] = ["PodManager.Units", "PodManager.Pods"],
        ["PodManager.Units"] = ["PodManager.Pods"],
        ["PodManager.Pods"] = [],

        // It implements Lifecycle's sinks for progress and messages, as Systemd and Store implement its other interfaces.
        ["PodManager.Output"] = ["PodManager.Lifecycle", "PodManager.Pods"],
        ["PodManager.Systemd"] = ["PodManager.Lifecycle", "PodManager.Pods"],
        ["PodManager.Store"] = ["PodManager.Lifecycle", "PodManager.Pods"],
        ["PodManager.Images"] = ["PodManager.Lifecycle", "PodManager.Pods"],
        ["PodManager.Trust"] = ["PodManager.Lifecycle", "PodManager.Pods"],
        ["PodManager.Networks"] = ["PodManager.Lifecycle", "PodManager.Pods"],
        ["Stage1"] = ["Stage1"],
        ["Common"] = [],
    };

    [Fact]
    public void Every_use_follows_an_arrow() => Assert.Empty(
        from file in SourceFiles()
        from name in Uses(file.Text)
        let owner = Part(file.Namespace)
        let used = Part(name)
        where owner != "PodManager" && used != owner && used is not ("PodManager" or "Common") && !Allowed.GetValueOrDefault(owner, []).Contains(used)
        select $"{file.Path}: {owner} must not use {name}");

    [Fact]
    public void Common_uses_neither_program_and_neither_uses_the_other() => Assert.Empty(
        from file in SourceFiles()
        let program = file.Namespace.Split('.')[0]
        from name in Uses(file.Text)
        let used = name.Split('.')[0]
        where used != program && used != "Common"
        select $"{file.Path}: {program} must not use {name}");

    [Fact]
    public void A_namespace_is_its_folder() => Assert.Empty(
        from file in SourceFiles()
        where NamespaceLine().Match(file.Text) is { Success: true } match && match.Groups[1].Value != file.Namespace
        select $"{file.Path}: its namespace is not {file.Namespace}");

    [Fact]
    public void No_file_is_too_long() => Assert.Empty(
        from file in SourceFiles()
        where file.Text.Count(static c => c == '\n') > MostLines
        select $"{file.Path}: more than {MostLines} lines");

    /// <summary>`PodManager.Output` of `PodManager.Output.Tables`; of other programs the first word.</summary>
    private static string Part(string name)
    {
        string[] words = name.Split('.');
        return words[0] == "PodManager" && words.Length > 1 ? $"{words[0]}.{words[1]}" : words[0];
    }

    private static IEnumerable<string> Uses(string text) => UsingLine().Matches(text).Select(static match => match.Groups[1].Value);

    private static IEnumerable<(string Path, string Namespace, string Text)> SourceFiles()
    {
        string? at = AppContext.BaseDirectory;
        while (at is not null && !File.Exists(Path.Combine(at, "PodManager.sln")))
        {
            at = Path.GetDirectoryName(at);
        }

        Assert.SkipWhen(at is null, "the sources are not here");
        string root = Path.Combine(at!, "src");
        return from path in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
               let relative = Path.GetRelativePath(root, path)
               where !relative.Split('/').Any(static part => part is "obj" or "bin")
               select (relative, Path.GetDirectoryName(relative)!.Replace('/', '.'), File.ReadAllText(path));
    }

    [GeneratedRegex(@"^(?:global )?using (?:static )?(?:\w+ = )?((?:PodManager|Stage1|Common)(?:\.\w+)*);", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
