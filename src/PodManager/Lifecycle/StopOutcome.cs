namespace PodManager.Lifecycle;

/// <summary>What a stop came to.</summary>
internal enum StopOutcome
{
    Stopped,

    AlreadyStopped,
}
