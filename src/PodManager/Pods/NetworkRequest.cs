namespace PodManager.Pods;

/// <summary>A network that a pod is to join.</summary>
/// <param name="Name">As its configuration says it.</param>
/// <param name="Arguments">`KEY=VALUE` for its plugins, in the order given.</param>
internal sealed record NetworkRequest(string Name, IReadOnlyList<string> Arguments)
{
    /// <summary>The network of a pod for which nothing was said.</summary>
    public const string Default = "default";

    private const int MaxName = 128;

    /// <summary>What the CNI specification takes for a name; it becomes part of paths and of the names of chains.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= MaxName && char.IsAsciiLetterOrDigit(text[0]) && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');
}
