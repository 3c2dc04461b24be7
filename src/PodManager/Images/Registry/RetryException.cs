namespace PodManager.Images.Registry;

/// <summary>A failure that may pass: the registry is busy, or a connection broke.</summary>
internal sealed class RetryException(string message, TimeSpan? after = null, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>How long the registry asks to wait; null if it does not say.</summary>
    public TimeSpan? After { get; } = after;
}
