using System.CommandLine;

namespace PodManager.Commands;

/// <summary>
/// The words of a command line in an order and a form that leave nothing to guess: flags as `--flag=value`, the words after `--` set apart.
/// Rkt's rules are stricter than the parser's: a flag that can stand without a value never takes the next word.
/// </summary>
internal sealed class CommandWords
{
    private readonly IReadOnlyList<Option> _globalFlags;
    private readonly List<string> _words = [];
    private readonly List<string> _faults = [];
    private readonly HashSet<string> _seen = [];
    private List<string>? _arguments;
    private int _plainWords;

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

    /// <summary>The words after `--`, or of a command for a pod, exactly as they were given; null if there was none.</summary>
    public IReadOnlyList<string>? Arguments => _arguments;

    public bool IsHelpWanted { get; private set; }

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
        else if (word.Length > 1 && word[0] == '-' && word != "---")
        {
            return TakeFlag(args, i);
        }
        else if (word != "---")
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
        if (_plainWords == 0 && Command.Subcommands.FirstOrDefault(command => command.Name == word || command.Aliases.Contains(word)) is { } verb)
        {
            Command = verb;
            _words.Add(word);
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
            _faults.Add($"unknown command '{word}'");
        }
    }

    private int TakeArguments(IReadOnlyList<string> args, int i)
    {
        if (Command is not RunCommand)
        {
            for (; i < args.Count; i++)
            {
                TakeWord(args[i]);
            }

            return i;
        }

        if (_plainWords == 0)
        {
            _faults.Add("an image is required before any app arguments");
        }
        else if (_arguments is not null)
        {
            _faults.Add("only one set of app arguments allowed per image");
        }

        _arguments = [];
        for (; i < args.Count && args[i] != "---"; i++)
        {
            _arguments.Add(args[i]);
        }

        return i + 1;
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

        CheckPlace(option, flag);
        if (string.IsNullOrEmpty(value))
        {
            _faults.Add($"flag '{name}' needs a value");
        }
        else
        {
            _words.Add($"{option.Name}={value}");
        }

        return next;
    }

    private Option? OptionOf(string name) =>
        Command.Options.Concat(_globalFlags).FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));

    // Letters written together, as `-it`: only of flags that need no value.
    private bool AreSwitches(string word) =>
        word.Length > 2 && word[1] != '-' && word.Skip(1).All(letter => OptionOf($"-{letter}") is IFlag { BareValue: not null });

    private void CheckPlace(Option option, IFlag flag)
    {
        if (!_seen.Add(option.Name) && flag.IsUnique)
        {
            _faults.Add($"flag '{option.Name}' can be given only once");
        }

        if (flag.IsForApp && _plainWords == 0)
        {
            _faults.Add($"flag '{option.Name}' must follow an image");
        }
    }
}
