namespace PodManager.Lifecycle;

/// <summary>What `podctl run` was asked for, parsed and checked as far as that is possible without the images.</summary>
/// <param name="Pod">What is made.</param>
/// <param name="Start">How it is started.</param>
/// <param name="UuidFile">`--uuid-file-save`, written before the pod is made.</param>
internal sealed record RunOptions(PodOptions Pod, StartOptions Start, string? UuidFile);
