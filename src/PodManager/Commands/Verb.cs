using System.CommandLine;

namespace PodManager.Commands;

/// <summary>A command of podctl.</summary>
internal abstract class Verb(string name, string description) : Command(name, description)
{
    /// <summary>It changes what only root may.</summary>
    public virtual bool NeedsRoot => false;

    /// <summary>Words after the first are a command line for a pod: `exec UUID ls -l` has no flag `-l`.</summary>
    public virtual bool TakesCommand => false;

    /// <summary>Words after `--` are what the verb works on, whatever they look like.</summary>
    public virtual bool TakesAnyWords => false;

    /// <summary>Words are images, and nothing of them is run: there is no `--`.</summary>
    public virtual bool TakesImagesOnly => false;

    /// <summary>The flags that follow an image, for a verb whose words are images; null for any other.</summary>
    public virtual Command? AppGrammar => null;

    /// <summary>For the help text, after `podctl`.</summary>
    public abstract string Usage { get; }

    /// <summary>Its own words, without `podctl`.</summary>
    protected string Words => PathOf(this)["podctl ".Length..];

    /// <summary>The words that a command is called by.</summary>
    public static string PathOf(Command command) => string.Join(' ', command.Parents.OfType<Command>().Take(1).Select(PathOf).Append(command.Name));

    /// <summary>What is wrong with words that are right one by one.</summary>
    public virtual IEnumerable<string> Faults(ParseResult parsed) => [];

    /// <summary>What is wrong with images and their flags.</summary>
    public virtual IEnumerable<string> AppFaults(ParseResult parsed, IReadOnlyList<ParsedApp> apps) => [];

    /// <summary>What helps with a fault; null for the verb's own help text.</summary>
    public virtual string? HintOf(ParseResult parsed) => null;

    /// <summary>Does it.</summary>
    /// <param name="parsed">The command line, without faults.</param>
    /// <param name="words">The words that are no flags.</param>
    /// <param name="ct">Ends it early.</param>
    /// <returns>The exit code.</returns>
    public abstract Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct);
}
