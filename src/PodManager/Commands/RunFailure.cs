using Common.Native;

namespace PodManager.Commands;

/// <summary>Exit codes of verbs that run apps: podctl's failures must not look like an app's where its code is returned, and are failures like any other where it is not.</summary>
internal static class RunFailure
{
    /// <summary>What to throw instead.</summary>
    /// <param name="what">E.g. `run 'busybox'`.</param>
    /// <param name="failure">What went wrong.</param>
    /// <param name="returnsCode">The exit code of a success is the app's.</param>
    /// <returns>Null if the failure is right as it is.</returns>
    public static PodctlException? Of(string what, Exception failure, bool returnsCode) => failure switch
    {
        PodctlException e when returnsCode => e.Code is ExitCode.RunFailed or ExitCode.CannotExecute or ExitCode.CommandNotFound or ExitCode.Usage
            ? null : new PodctlException(ExitCode.RunFailed, e.Message, e.Hint, e),
        PodctlException e => e.Code is ExitCode.RunFailed or ExitCode.CannotExecute or ExitCode.CommandNotFound ? new PodctlException(ExitCode.Failed, e.Message, e.Hint, e) : null,
        NativeException or IOException or UnauthorizedAccessException => new PodctlException(returnsCode ? ExitCode.RunFailed : ExitCode.Failed, $"cannot {what}: {failure.Message.TrimEnd('.')}", null, failure),
        _ => null,
    };
}
