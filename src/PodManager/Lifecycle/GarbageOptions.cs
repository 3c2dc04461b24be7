namespace PodManager.Lifecycle;

/// <summary>What `gc` is to remove.</summary>
/// <param name="GracePeriod">How long a pod stays after it was marked.</param>
/// <param name="ExpirePrepared">How long a pod that was prepared and never run stays.</param>
/// <param name="MarkOnly">Nothing is removed now.</param>
internal sealed record GarbageOptions(TimeSpan GracePeriod, TimeSpan ExpirePrepared, bool MarkOnly)
{
    /// <summary>What pods had of their networks stays: whoever asks could not call plugins.</summary>
    public bool KeepNetworks { get; init; }
}
