using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>What `podctl export` is to do.</summary>
/// <param name="Pod">The pod, which has ended.</param>
/// <param name="App">Null if the pod has one only.</param>
/// <param name="File">Where the archive goes; null for <paramref name="Output"/>.</param>
/// <param name="Overwrites">A file that is there is replaced.</param>
/// <param name="Output">Takes the archive piece by piece.</param>
internal sealed record PodExportOptions(PodId Pod, AppName? App, string? File, bool Overwrites, Action<ReadOnlyMemory<byte>> Output);
