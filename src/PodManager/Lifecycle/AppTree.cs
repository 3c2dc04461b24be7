using Common.Native;
using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>The file system of an app: of one in a pod that is up, its root as the app sees it; of one in a pod that is not, the layers and what the app changed.</summary>
/// <param name="Ids">The pod's.</param>
internal sealed record AppTree(IdShift Ids) : IDisposable
{
    /// <summary>The root of a pod that is up.</summary>
    public Fd? Root { get; init; }

    /// <summary>Keeps what is mounted there for as long as this is held, though the app may end.</summary>
    public Fd? Mounts { get; init; }

    /// <summary>The image's layers, lowest first.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>What the app changed; its owners are as the host numbers them. Null if it has never been started.</summary>
    public string? Upper { get; init; }

    /// <summary>Keeps others from removing the pod.</summary>
    public IPodHandle? Hold { get; init; }

    public void Dispose()
    {
        Root?.Dispose();
        Mounts?.Dispose();
        Hold?.Dispose();
    }
}
