using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Runs pods.</summary>
internal interface IPodRunner
{
    /// <summary>Runs a pod: to its end, or until it is up if it is to be detached.</summary>
    /// <returns>The app's exit code, 0 when detached, and the pod.</returns>
    /// <exception cref="PodctlException">podctl failed; nothing of the pod is left.</exception>
    Task<RunResult> RunAsync(RunOptions options, CancellationToken ct);
}

/// <summary>What came of a run.</summary>
/// <param name="Code">The app's exit code, 128+n for a signal; 0 when detached.</param>
/// <param name="Pod">The pod, which is removed already if that was asked for.</param>
internal sealed record RunResult(int Code, PodId Pod);
