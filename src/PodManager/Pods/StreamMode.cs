namespace PodManager.Pods;

/// <summary>Where a standard stream of an app in the background leads.</summary>
internal enum StreamMode
{
    /// <summary>Nowhere.</summary>
    Null,

    /// <summary>To the pod's journal; output only.</summary>
    Log,

    /// <summary>To the journal and to whoever is attached, or from whoever is attached.</summary>
    Stream,

    /// <summary>The app's terminal, which somebody may attach to; what it shows goes to the journal too.</summary>
    Tty,
}
