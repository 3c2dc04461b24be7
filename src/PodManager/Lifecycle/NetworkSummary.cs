namespace PodManager.Lifecycle;

/// <summary>A network that is configured, or a file that cannot be read.</summary>
/// <param name="Name">Null if the file is broken.</param>
/// <param name="File">Where its configuration is.</param>
/// <param name="Version">Of the CNI specification.</param>
/// <param name="Plugins">Their types, in order.</param>
/// <param name="Missing">Plugins that are not installed.</param>
/// <param name="Configuration">The list, JSON.</param>
/// <param name="Problem">What is wrong with it.</param>
internal sealed record NetworkSummary(string? Name, string File, string? Version, IReadOnlyList<string> Plugins, IReadOnlyList<string> Missing, string? Configuration, string? Problem);
