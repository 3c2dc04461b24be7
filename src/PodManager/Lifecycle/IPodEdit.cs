using Common.Native;
using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>The right to change a running pod's record, which one process has at a time. Disposing it lets go.</summary>
internal interface IPodEdit : IDisposable
{
    /// <summary>The pod's directory, absolute.</summary>
    string Directory { get; }

    /// <summary>Whoever has a copy of this keeps others out, too, until it ends.</summary>
    Fd Lock { get; }

    /// <summary>Removes what an app has in the pod's directory: what it wrote, and its status.</summary>
    void RemoveFiles(AppName app);

    /// <summary>Notes in the status that an app has left that it is started once more, so that it does not count as its end any more.</summary>
    void BeginAgain(AppName app);

    /// <summary>Writes another record in place of the one that is there, so that it survives a crash of the host.</summary>
    void Save(PodRecord record);
}
