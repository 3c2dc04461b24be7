namespace PodManager.Lifecycle;

/// <summary>Runs pods.</summary>
internal interface IPodRunner
{
    /// <summary>Runs a pod: to its end, or until it is up if it is to be detached.</summary>
    /// <returns>The app's exit code, 0 when detached.</returns>
    /// <exception cref="PodctlException">podctl failed; nothing of the pod is left.</exception>
    Task<int> RunAsync(RunOptions options, CancellationToken ct);
}
