namespace PodManager.Commands;

/// <summary>The words about one app, while a command line is read.</summary>
internal sealed class AppWords(string image)
{
    public string Image => image;

    /// <summary>For the parser.</summary>
    public List<string> Words { get; } = [];

    /// <summary>The flags that were there, by name.</summary>
    public HashSet<string> Seen { get; } = [];

    /// <summary>The words after `--`; null if there was none.</summary>
    public List<string>? Arguments { get; set; }
}
