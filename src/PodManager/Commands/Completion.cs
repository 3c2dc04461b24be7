using System.CommandLine;
using Common.Native;
using PodManager.Output;

namespace PodManager.Commands;

/// <summary>Finds what may stand in the place of a command line's last word. Nothing is no failure: whoever types is in the middle of something.</summary>
internal sealed class Completion(Command root, IServices services)
{
    private const string Help = "--help";

    /// <param name="line">The words after `podctl`; the last may be empty.</param>
    /// <returns>Whole words, all of which begin with the last one.</returns>
    public IReadOnlyList<string> Candidates(IReadOnlyList<string> line)
    {
        string last = line[^1];
        Command command = root;
        List<string> plain = [];
        bool isAppClosed = true;
        for (int i = 0; i < line.Count - 1; i++)
        {
            string word = line[i];
            if (word == "--")
            {
                int end = Enumerable.Range(i, line.Count - 1 - i).FirstOrDefault(index => line[index] == "---", -1);
                if (end < 0)
                {
                    return []; // the words of an app
                }

                i = end;
                isAppClosed = true;
            }
            else if (word == "---")
            {
                isAppClosed = true;
            }
            else if (word.StartsWith('-'))
            {
                // A flag whose value is the next word.
                if (!word.Contains('=', StringComparison.Ordinal) && FindFlag(command, word) is IFlag { BareValue: null })
                {
                    i++;
                    if (i == line.Count - 1)
                    {
                        return Matching(ValuesOf(FindFlag(command, word)!, plain), last);
                    }
                }
            }
            else if (plain.Count == 0 && command.Subcommands.FirstOrDefault(verb => verb.Name == word) is { } verb)
            {
                command = verb;
            }
            else
            {
                plain.Add(word);
                isAppClosed = false;
            }
        }

        return last.StartsWith('-') ? Flags(command, last, plain) : Matching(Words(command, plain, isAppClosed), last);
    }

    private IReadOnlyList<string> Flags(Command command, string last, List<string> plain)
    {
        int equals = last.IndexOf('=', StringComparison.Ordinal);
        if (equals >= 0)
        {
            return FindFlag(command, last[..equals]) is { } flag ? Matching(ValuesOf(flag, plain).Select(value => $"{last[..equals]}={value}"), last) : [];
        }

        return Matching(FlagsOf(command).Select(static option => option is IFlag { BareValue: null } ? option.Name + "=" : option.Name).Append(Help), last);
    }

    private static Option? FindFlag(Command command, string name) => FlagsOf(command).FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));

    private static IEnumerable<Option> FlagsOf(Command command) =>
        command.Options.Concat((command as Verb)?.AppGrammar?.Options ?? []).Concat(command.Parents.OfType<Command>().SelectMany(FlagsOf).Where(static option => option.Recursive)).DistinctBy(static option => option.Name);

    /// <summary>The words that a value's description lists, such as `never|new|update`, or what exists of its kind.</summary>
    private IEnumerable<string> ValuesOf(Option option, List<string> plain) => option.Name switch
    {
        "--app" => plain is [string pod, ..] ? Quietly(() => services.Pods.Get(services.Pods.Resolve(pod.Split(':')[0])).Apps.Select(static app => app.Name.ToString())) : [],
        "--net" => Networks().Concat([NetworkValues.None, NetworkValues.Host, NetworkValues.All]),
        "--format" when option is Flag<OutputFormat> => ["json", "json-pretty"],
        _ => (option.HelpName ?? "").Split('|') is { Length: > 1 } words && words.All(static word => word.All(static c => char.IsAsciiLetterLower(c) || c == '-')) ? words : [],
    };

    private IEnumerable<string> Words(Command command, List<string> plain, bool isAppClosed)
    {
        if (command.Subcommands.Count > 0)
        {
            return plain.Count > 0 ? [] : command.Subcommands.Select(static verb => verb.Name);
        }

        if ((command as Verb)?.AppGrammar is not null)
        {
            return isAppClosed ? Images() : ["--", "---"];
        }

        return command.Arguments.FirstOrDefault()?.Name.TrimEnd('…') switch
        {
            "POD" or "POD FILE" => plain.Count > 0 && !command.Arguments[0].Name.EndsWith('…') ? [] : Pods().Except(plain),
            "SRC DST" => plain is [] || (plain is [string source] && !source.Contains(':')) ? Pods().Select(static pod => pod + ":") : [], // else files of the host: the shell knows them
            "NAME" => Networks().Except(plain),
            "IMAGE" => Images().Except(plain),
            _ => [],
        };
    }

    private IEnumerable<string> Networks() => Quietly(() => services.Networks.List().Select(static network => network.Name).OfType<string>());

    private IEnumerable<string> Pods() => Quietly(() => services.Pods.List().SelectMany(static pod => new[] { pod.Record?.Name?.ToString(), pod.Id.ToString() }.OfType<string>()));

    private IEnumerable<string> Images() => Quietly(() => services.Images.List().SelectMany(static image => image.Names));

    private static IEnumerable<string> Quietly(Func<IEnumerable<string>> look)
    {
        try
        {
            return [.. look()];
        }
        catch (Exception e) when (e is PodctlException or NativeException or IOException or UnauthorizedAccessException)
        {
            return []; // not this user's, or not there
        }
    }

    private static IReadOnlyList<string> Matching(IEnumerable<string> words, string last) =>
        [.. words.Where(word => word.StartsWith(last, StringComparison.Ordinal) && !word.Any(char.IsControl)).Distinct().Order(StringComparer.Ordinal)];
}
