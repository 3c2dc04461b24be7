using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Runs pods.</summary>
internal interface IPodRunner
{
    /// <summary>Runs a pod: to its end, or until it is up if it is to be detached.</summary>
    /// <returns>The apps' exit code, 0 when detached, and the pod.</returns>
    /// <exception cref="PodctlException">podctl failed; nothing of the pod is left.</exception>
    Task<RunResult> RunAsync(RunOptions options, CancellationToken ct);

    /// <summary>Makes a pod that waits to be started.</summary>
    /// <param name="options">What it is to be.</param>
    /// <param name="uuidFile">Where its UUID is written before it is made; null for nowhere.</param>
    /// <param name="ct">Gives it up.</param>
    /// <exception cref="PodctlException">podctl failed; nothing of the pod is left.</exception>
    Task<PodId> PrepareAsync(PodOptions options, string? uuidFile, CancellationToken ct);

    /// <summary>Runs a pod that was prepared.</summary>
    /// <exception cref="PodctlException">It is not prepared, or podctl failed; the pod is as it was then.</exception>
    RunResult RunPrepared(PodId id, StartOptions options, CancellationToken ct);
}

/// <summary>What came of a run.</summary>
/// <param name="Code">The exit code of the app that failed first, 128+n for a signal; 0 when none did, and when detached.</param>
/// <param name="Pod">The pod, which is removed already if that was asked for.</param>
internal sealed record RunResult(int Code, PodId Pod);
