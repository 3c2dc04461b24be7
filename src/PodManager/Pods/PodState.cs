namespace PodManager.Pods;

/// <summary>A pod's state; its words are in <see cref="PodStateRules"/>.</summary>
internal enum PodState
{
    /// <summary>Somebody is making it.</summary>
    Preparing,

    /// <summary>Its making was given up.</summary>
    AbortedPrepare,

    /// <summary>Made, and not started yet.</summary>
    Prepared,

    Running,

    /// <summary>Running, with all its processes stopped where they are.</summary>
    Paused,

    Exited,

    /// <summary>Exited, and `gc` will remove it after the grace period.</summary>
    ExitedGarbage,

    /// <summary>Given up, and `gc` will remove it.</summary>
    Garbage,

    /// <summary>On its way out.</summary>
    Deleting,
}
