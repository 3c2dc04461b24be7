using System.CommandLine;

namespace PodManager.Commands;

/// <summary>
/// The words of a command line in an order and a form that leave nothing to guess: flags as `--flag=value`, those of each app and the words after `--` set apart.
/// Rkt's rules are stricter than the parser's: a flag that can stand without a value never takes the next word.
/// </summary>
internal sealed class CommandWords
{
    private const string EndOfApp = "---";

    private readonly IReadOnlyList<Option> _globalFlags;
    private readonly List<string> _words = [];
    private readonly List<string> _faults = [];
    private readonly List<AppWords> _apps = [];
    private readonly HashSet<string> _seen = [];
    private List<string>? _arguments;
    private int _plainWords;
    private int _verbs;
    private bool _isAppClosed = true;
    private bool _isImageRefused;

    private CommandWords(Command root, IReadOnlyList<Option> globalFlags)
    {
        Command = root;
        _globalFlags = globalFlags;
    }

    /// <summary>The verb, as far as it was found.</summary>
    public Command Command { get; private set; }

    /// <summary>For the parser.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>What is wrong with the words' order or form.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>The words of a command for a pod, exactly as they were given; null if there is none.</summary>
    public IReadOnlyList<string>? Arguments => _arguments;

    /// <summary>The images with what follows each, for a verb that takes images.</summary>
    public IReadOnlyList<AppWords> Apps => _apps;

    public bool IsHelpWanted { get; private set; }

    private Command? AppGrammar => (Command as Verb)?.AppGrammar;

    public static CommandWords Read(Command root, IReadOnlyList<Option> globalFlags, IReadOnlyList<string> args)
    {
        CommandWords words = new(root, globalFlags);
        for (int i = 0; i < args.Count;)
        {
            i = words.Take(args, i);
        }

        return words;
    }

    /// <returns>The index of the next word.</returns>
    private int Take(IReadOnlyList<string> args, int i)
    {
        string word = args[i];
        if (word == "--")
        {
            return TakeArguments(args, i + 1);
        }

        if (word is "-h" or "--help")
        {
            IsHelpWanted = true;
        }
        else if (word == EndOfApp)
        {
            _isAppClosed = true;
        }
        else if (word.Length > 1 && word[0] == '-')
        {
            return TakeFlag(args, i);
        }
        else
        {
            TakeWord(word);
            if (Command is Verb { TakesCommand: true } && _plainWords == 1)
            {
                _arguments = [.. args.Skip(i + 1)];
                return args.Count;
            }
        }

        return i + 1;
    }

    private void TakeWord(string word)
    {
        if (_plainWords == 0 && Command.Subcommands.Count > 0 && FindVerb(word) is { } verb)
        {
            Command = verb;

            // Before the flags: to the parser, `--dir X` in front of `image list` has `image` as a second value.
            _words.Insert(_verbs++, verb.Name);
        }
        else if (AppGrammar is not null && _plainWords >= Command.Arguments.Count)
        {
            TakeImage(word);
        }
        else if (Command.Arguments.Count > 0)
        {
            _plainWords++;
            _words.Add(word);
        }
        else if (Command.Subcommands.Count == 0)
        {
            _faults.Add($"unexpected argument '{word}'");
        }
        else if (_plainWords++ == 0)
        {
            // Whatever follows belongs to a verb that nobody knows.
            string[] candidates = [.. Candidates(word).Select(static command => command.Name)];
            _faults.Add(candidates.Length == 0 ? $"unknown command '{word}'" : $"ambiguous command '{word}': {string.Join(", ", candidates)}");
        }
    }

    /// <summary>A verb by its name, or by the beginning of it if no other begins like that.</summary>
    private Command? FindVerb(string word) =>
        Command.Subcommands.FirstOrDefault(command => command.Name == word || command.Aliases.Contains(word)) ?? (Candidates(word) is [Command only] ? only : null);

    private Command[] Candidates(string word) => word.Length == 0 ? [] : [.. Command.Subcommands.Where(command => command.Name.StartsWith(word, StringComparison.Ordinal))];

    // Not just any word, as with rkt: what somebody meant as the app's command must not be fetched from a registry and run.
    private void TakeImage(string word)
    {
        if (_isAppClosed)
        {
            _apps.Add(new AppWords(word));
            _isAppClosed = false;
        }
        else if (!_isImageRefused)
        {
            _isImageRefused = true;
            _faults.Add($"unexpected argument '{word}': the app's own arguments follow `--`, another image follows `{EndOfApp}`");
        }
    }

    private int TakeArguments(IReadOnlyList<string> args, int i)
    {
        if (Command is Verb { TakesAnyWords: true })
        {
            _arguments = [.. args.Skip(i)];
            return args.Count;
        }

        if (Command is Verb { TakesImagesOnly: true })
        {
            // What is meant as an app's command must not be fetched.
            _faults.Add("app arguments are not for this command, which runs nothing");
            return args.Count;
        }

        if (AppGrammar is null)
        {
            for (; i < args.Count; i++)
            {
                TakeWord(args[i]);
            }

            return i;
        }

        List<string> arguments = [.. args.Skip(i).TakeWhile(static word => word != EndOfApp)];
        if (_apps.Count == 0)
        {
            _faults.Add("an image is required before any app arguments");
        }
        else if (_apps[^1].Arguments is not null)
        {
            _faults.Add("only one set of app arguments allowed per image");
        }
        else
        {
            _apps[^1].Arguments = arguments;
        }

        _isAppClosed = _apps.Count > 0;
        return i + arguments.Count + 1;
    }

    private int TakeFlag(IReadOnlyList<string> args, int i)
    {
        string word = args[i];
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? word : word[..equals];
        Option? option = OptionOf(name);
        if (option is not IFlag flag)
        {
            if (AreSwitches(word))
            {
                foreach (char letter in word.AsSpan(1))
                {
                    _ = TakeFlag([$"-{letter}"], 0);
                }

                return i + 1;
            }

            _faults.Add($"unknown flag '{name}'");
            return i + 1;
        }

        string? value = equals >= 0 ? word[(equals + 1)..] : flag.BareValue;
        int next = i + 1;
        if (value is null && next < args.Count && args[next] != "--")
        {
            value = args[next++];
        }

        bool isForApp = AppGrammar is { } grammar && grammar.Options.Contains(option);
        AppWords? app = isForApp ? _apps.LastOrDefault() : null;
        if (isForApp && app is null)
        {
            _faults.Add($"flag '{option.Name}' must follow an image");
            return next;
        }

        if (!(app?.Seen ?? _seen).Add(option.Name) && flag.IsUnique)
        {
            _faults.Add($"flag '{option.Name}' can be given only once{(app is null ? "" : " per image")}");
        }

        if (string.IsNullOrEmpty(value))
        {
            _faults.Add($"flag '{name}' needs a value");
        }
        else
        {
            (app?.Words ?? _words).Add($"{option.Name}={value}");
        }

        return next;
    }

    // After an image, a flag that the pod and an app have is the app's.
    private Option? OptionOf(string name)
    {
        bool Is(Option option) => option.Name == name || option.Aliases.Contains(name);
        IEnumerable<Option> ofPod = Command.Options.Concat(_globalFlags);
        IEnumerable<Option> ofApp = AppGrammar?.Options ?? [];
        return (_apps.Count > 0 ? ofApp.Concat(ofPod) : ofPod.Concat(ofApp)).FirstOrDefault(Is);
    }

    // Letters written together, as `-it`: only of flags that need no value.
    private bool AreSwitches(string word) =>
        word.Length > 2 && word[1] != '-' && word.Skip(1).All(letter => OptionOf($"-{letter}") is IFlag { BareValue: not null });
}
