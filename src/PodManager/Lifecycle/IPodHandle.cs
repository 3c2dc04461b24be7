using Common.Contract;
using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>A pod's directory with its lock, which whoever prepares, starts or removes the pod holds. Disposing it lets go; what was never published is removed.</summary>
internal interface IPodHandle : IDisposable
{
    PodId Id { get; }

    /// <summary>Absolute; changes when the pod is published.</summary>
    string Directory { get; }

    /// <summary>Takes a range of ids that no other pod has, until the pod is removed.</summary>
    /// <param name="wanted">Null for any that is free.</param>
    /// <exception cref="PodctlException">Another has some of them, or none is free.</exception>
    IdRange TakeIds(IdRange? wanted);

    /// <summary>Takes a name that no other pod has, until the pod is removed.</summary>
    /// <exception cref="PodctlException">Another has it.</exception>
    void TakeName(PodName name);

    /// <summary>Writes the record and makes the pod visible, in one step.</summary>
    void Publish(PodRecord record);

    /// <summary>
    /// Makes the record survive a crash of the host. Not part of <see cref="Publish"/>, so that a start need not wait for the disk: before this, a crash leaves
    /// a pod without a readable record, of which nothing runs and which `gc` removes.
    /// </summary>
    void Sync();

    /// <summary>Writes another record in place of the first; <see cref="Sync"/> makes it survive a crash of the host.</summary>
    void Update(PodRecord record);

    /// <summary>Leaves word that the pod waits to be started.</summary>
    void MarkPrepared();

    /// <summary>Leaves word that the pod runs, with its PID 1 as the host numbers it.</summary>
    void WriteLeader(int pid);

    /// <summary>Leaves word which networks the pod has joined.</summary>
    void WriteNetworks(IReadOnlyList<PodNetwork> networks);

    /// <summary>Leaves word that the pod's systemd has started its apps.</summary>
    void MarkReady();

    /// <summary>Leaves word that `gc` may remove the pod after its grace period.</summary>
    void MarkGarbage();

    /// <summary>Removes what a start that failed has left of a prepared pod, which can be started again then.</summary>
    void RemoveStart();

    /// <summary>Removes the pod: its directory, journal and ids. It must have no processes.</summary>
    void Remove();
}
