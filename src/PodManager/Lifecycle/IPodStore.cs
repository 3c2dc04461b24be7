using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>The pods on this host's disk.</summary>
internal interface IPodStore
{
    /// <summary>Every pod, sorted by UUID; one that cannot be read is there with its problem.</summary>
    IReadOnlyList<Pod> List();

    /// <summary>The same pods, with less about each, in half of the time.</summary>
    IReadOnlyList<PodSummary> Summaries();

    /// <summary>The pod as it is now.</summary>
    /// <returns>Null if there is none.</returns>
    Pod? Find(PodId id);

    /// <summary>The pod that has a name.</summary>
    PodId? FindByName(PodName name);

    /// <summary>The ids of all pods, without a look at any.</summary>
    IReadOnlyList<PodId> Ids();

    /// <summary>Makes the directory of a new pod, locked, which nobody sees as a pod before it is published.</summary>
    IPodHandle Reserve(PodId id);

    /// <summary>Takes the lock of a pod that is there.</summary>
    /// <returns>Null if somebody else still has it after <paramref name="patience"/>.</returns>
    /// <exception cref="PodctlException">There is no such pod.</exception>
    IPodHandle? TryLock(PodId id, TimeSpan patience, CancellationToken ct);

    /// <summary>Takes the right to change the record of a pod that runs, whoever attends it. Waits for whoever has it.</summary>
    /// <exception cref="PodctlException">There is no such pod.</exception>
    IPodEdit Edit(PodId id);

    /// <summary>Whether somebody is about to make this pod, before anybody can see it.</summary>
    bool IsReserved(PodId id);

    /// <summary>Has the kernel kill all of a pod's processes in one step, and those that they are just making.</summary>
    /// <returns>False if it cannot.</returns>
    bool TryKill(PodId id);

    /// <summary>Waits until no process of the pod is left.</summary>
    /// <returns>False if there still is one after <paramref name="timeout"/>.</returns>
    bool WaitUntilEmpty(PodId id, TimeSpan timeout, CancellationToken ct);

    /// <summary>Waits until the pod satisfies a condition, looking again whenever something about it has changed, or until the time is up.</summary>
    /// <returns>The pod as it then is; null if it is not there (any more).</returns>
    Pod? WaitFor(PodId id, Func<Pod, bool> condition, TimeSpan? timeout, CancellationToken ct);

    /// <summary>Removes what was left by processes that died: half-made and half-removed pods, ranges of ids without a pod.</summary>
    /// <param name="report">Told one line about each.</param>
    /// <exception cref="PodctlException">Something could not be removed; the rest was.</exception>
    void RemoveLeftovers(Action<string> report);

    /// <summary>The extracted layers that some pod still needs.</summary>
    /// <exception cref="PodctlException">A pod cannot be read, so that nobody can say.</exception>
    IReadOnlySet<string> LayersInUse();
}
