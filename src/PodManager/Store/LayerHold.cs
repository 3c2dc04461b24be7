using Common.Native;
using PodManager.Lifecycle;

namespace PodManager.Store;

/// <summary>A flock(2) on a layer's directory: exclusive while it is made, shared afterwards.</summary>
internal sealed class LayerHold : ILayerHold
{
    private readonly LayerStore _store;
    private readonly Fd _directory;
    private readonly Pods.Digest _id;

    internal LayerHold(LayerStore store, Fd directory, Pods.Digest id, Layer? layer)
    {
        _store = store;
        _directory = directory;
        _id = id;
        Layer = layer;
    }

    public Layer? Layer { get; private set; }

    public string StagingPath => Path.Combine(_store.StagingDirectory(_id), LayerStore.RootName);

    public async Task<Layer> CompleteAsync(LayerContent content, CancellationToken ct)
    {
        _store.WriteRecord(_id, content, ct);
        await _store.SyncAsync();
        ct.ThrowIfCancellationRequested();
        Layer = _store.Publish(_id, _directory, content);
        return Layer;
    }

    public void Dispose()
    {
        if (_directory.IsClosed)
        {
            return;
        }

        if (Layer is null)
        {
            _store.Discard(_id);
        }

        _directory.Dispose();
    }
}
