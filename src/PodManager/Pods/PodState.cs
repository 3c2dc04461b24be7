namespace PodManager.Pods;

/// <summary>A pod's state; its words are in <see cref="PodStateRules"/>.</summary>
internal enum PodState
{
    /// <summary>Somebody is making it.</summary>
    Preparing,

    /// <summary>Its making was given up.</summary>
    AbortedPrepare,

    Running,

    Exited,

    /// <summary>Exited, and `gc` will remove it after the grace period.</summary>
    ExitedGarbage,

    /// <summary>Given up, and `gc` will remove it.</summary>
    Garbage,

    /// <summary>On its way out.</summary>
    Deleting,
}
