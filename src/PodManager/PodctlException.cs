namespace PodManager;

/// <summary>A failure that podctl understands: its exit code, one line that says what could not be done, and what to do about it.</summary>
internal sealed class PodctlException(ExitCode code, string message, string? hint = null, Exception? cause = null)
    : Exception(message, cause)
{
    public ExitCode Code { get; } = code;

    /// <summary>What the user can do; printed on a line of its own, without a full stop.</summary>
    public string? Hint { get; } = hint;
}
