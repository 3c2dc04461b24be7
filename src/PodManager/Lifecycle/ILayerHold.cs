namespace PodManager.Lifecycle;

/// <summary>
/// A layer that nobody removes while this is held. Disposing it before the layer is complete throws away what was made so far; disposing it
/// afterwards only lets go.
/// </summary>
internal interface ILayerHold : IDisposable
{
    /// <summary>The layer; null as long as the holder has yet to make it.</summary>
    Layer? Layer { get; }

    /// <summary>Where to make it: an empty directory that becomes the layer's root.</summary>
    string StagingPath { get; }

    /// <summary>Makes the layer durable and visible. Calls at the same time share one sync of the file system.</summary>
    Task<Layer> CompleteAsync(LayerContent content, CancellationToken ct);
}
