namespace PodManager.Lifecycle;

/// <summary>When a fetch asks the registry.</summary>
internal enum PullPolicy
{
    /// <summary>Only the local store.</summary>
    Never,

    /// <summary>The registry only if the store does not have the name.</summary>
    New,

    /// <summary>Always the registry; what is already here is not transferred again.</summary>
    Update,
}
