using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>The extracted layers, each once, whatever number of images and processes need it.</summary>
internal interface ILayerStore
{
    /// <summary>
    /// Takes hold of a layer: as soon as it is there, or with the task of making it. Waits while another process makes it, and takes over if that dies.
    /// </summary>
    Task<ILayerHold> HoldAsync(Digest id, CancellationToken ct);

    /// <summary>Deletes what processes that are dead left unfinished.</summary>
    void RemoveLeftovers();
}
