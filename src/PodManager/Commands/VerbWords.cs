using System.CommandLine;

namespace PodManager.Commands;

/// <summary>The words of a command line that are not flags of its verb.</summary>
/// <param name="Arguments">A command for a pod, after the pod's name, exactly as it was given; null if there is none.</param>
/// <param name="Apps">Images, each with the flags and the arguments that follow it.</param>
internal sealed record VerbWords(IReadOnlyList<string>? Arguments, IReadOnlyList<ParsedApp> Apps);

/// <summary>An image on the command line.</summary>
/// <param name="Image">As it was written.</param>
/// <param name="Flags">The flags that follow it and are about its app.</param>
/// <param name="Arguments">The words after `--`; null if there was none.</param>
internal sealed record ParsedApp(string Image, ParseResult Flags, IReadOnlyList<string>? Arguments);
