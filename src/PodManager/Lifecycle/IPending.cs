namespace PodManager.Lifecycle;

/// <summary>A request that was sent and whose outcome is not known yet, so that other work can be done meanwhile.</summary>
internal interface IPending<out T>
{
    /// <summary>Waits for the outcome.</summary>
    T Wait(CancellationToken ct);
}
