namespace PodManager.Pods;

/// <summary>A pod as a table of pods shows it.</summary>
/// <param name="Id">Its UUID.</param>
/// <param name="State">Its state.</param>
/// <param name="Outline">What was decided about it; null if that is not written yet, or cannot be read.</param>
internal sealed record PodSummary(PodId Id, PodState State, PodOutline? Outline)
{
    /// <summary>Why the record cannot be read.</summary>
    public string? Problem { get; init; }

    public DateTimeOffset? Started { get; init; }

    /// <summary>The networks that it has joined, or had.</summary>
    public IReadOnlyList<PodNetwork> Networks { get; init; } = [];
}

/// <summary>As much of a pod's record as a table shows, and its state follows from.</summary>
internal sealed record PodOutline(DateTimeOffset Created, PodName? Name, NetworkMode Network, bool HasSandbox, IReadOnlyList<AppOutline> Apps);

/// <summary>As much of an app's record.</summary>
internal sealed record AppOutline(AppName Name, PodImage Image, RestartPolicy Restart);
