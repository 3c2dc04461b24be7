using Common.Native;

namespace PodManager.Commands;

/// <summary>Exit codes of verbs that otherwise return an app's own: podctl's failures must not look like the app's.</summary>
internal static class ForegroundFailure
{
    /// <summary>What to throw instead.</summary>
    /// <param name="what">E.g. `run 'busybox'`.</param>
    /// <param name="failure">What went wrong.</param>
    /// <returns>Null if the failure is right as it is.</returns>
    public static PodctlException? Of(string what, Exception failure) => failure switch
    {
        PodctlException e => e.Code is ExitCode.RunFailed or ExitCode.CannotExecute or ExitCode.CommandNotFound or ExitCode.Usage
            ? null : new PodctlException(ExitCode.RunFailed, e.Message, e.Hint, e),
        NativeException or IOException or UnauthorizedAccessException => new PodctlException(ExitCode.RunFailed, $"cannot {what}: {failure.Message.TrimEnd('.')}", null, failure),
        _ => null,
    };
}
