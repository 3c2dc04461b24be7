using System.CommandLine;
using System.Text;

namespace PodManager.Commands;

/// <summary>`--help`, as plain text.</summary>
internal static class HelpText
{
    private const int Width = 96;
    private const int WidestName = 34;

    public static string Of(Command command, IReadOnlyList<Option> globals)
    {
        StringBuilder text = new();
        string usage = command is Verb verb ? verb.Usage : command.Parents.Any() ? $"{command.Name} COMMAND" : "[GLOBAL FLAGS] COMMAND";
        _ = text.Append("Usage: podctl ").Append(usage).Append("\n\n").Append(command.Description).Append('\n');
        Section(text, "Commands", [.. command.Subcommands.Select(static child => (child.Name, child.Description ?? ""))]);
        Option[] own = [.. command.Options.Where(option => !globals.Contains(option))];
        Command? app = (command as Verb)?.AppGrammar;
        Section(text, app is null ? "Flags" : "Pod flags", Lines(own));
        Section(text, "App flags, after an image", Lines(app?.Options ?? []));
        Section(text, "Global flags", usage.StartsWith('[') ? [.. Lines(globals), ("--version", "print podctl's version")] : Lines(globals));
        return text.ToString();
    }

    private static List<(string, string)> Lines(IEnumerable<Option> options) => [.. options.Select(static option => (NameOf(option), option.Description ?? ""))];

    private static string NameOf(Option option)
    {
        string names = string.Join(", ", option.Aliases.Order(StringComparer.Ordinal).Append(option.Name));
        string value = option.HelpName ?? "";
        return value.Length == 0 ? names : option is IFlag { BareValue: not null } ? $"{names}[={value}]" : $"{names}={value}";
    }

    private static void Section(StringBuilder text, string title, List<(string Name, string Description)> lines)
    {
        if (lines.Count == 0)
        {
            return;
        }

        int indent = Math.Min(WidestName, lines.Max(static line => line.Name.Length)) + 4;
        _ = text.Append('\n').Append(title).Append(":\n");
        foreach ((string name, string description) in lines)
        {
            _ = text.Append("  ").Append(name);
            bool isFirst = true;
            if (name.Length + 4 > indent)
            {
                _ = text.Append('\n');
                isFirst = false;
            }

            foreach (string line in Wrap(description, Width - indent))
            {
                _ = text.Append(' ', isFirst ? indent - name.Length - 2 : indent).Append(line).Append('\n');
                isFirst = false;
            }
        }
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        StringBuilder line = new();
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                _ = line.Clear();
            }

            _ = line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        yield return line.ToString();
    }
}
