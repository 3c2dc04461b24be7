using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <summary>
/// Makes files durable with syncfs(2). Layers that are finished while a sync runs share the next one: on a slow disk twenty layers need two or
/// three syncs instead of twenty.
/// </summary>
internal sealed class LayerSync(string directory)
{
    private readonly Lock _gate = new();
    private Task? _running;
    private Task? _next;

    /// <summary>Completes when everything that was written before the call is on the disk.</summary>
    public Task SyncAsync()
    {
        lock (_gate)
        {
            if (_running is null || _running.IsCompleted)
            {
                _running = Start();
                return _running;
            }

            // The sync that runs may have passed by the caller's files; the next one starts when it ends and serves all who come until then.
            _next ??= StartAfterAsync(_running);
            return _next;
        }
    }

    private async Task StartAfterAsync(Task running)
    {
        await running.ContinueWith(static _ => { }, TaskScheduler.Default); // its failure is its callers' affair
        Task mine;
        lock (_gate)
        {
            _next = null;
            _running = mine = Start();
        }

        await mine;
    }

    // A thread of its own: the call blocks as long as the disk needs.
    private Task Start() => Task.Factory.StartNew(
        () =>
        {
            using Fd file = Files.Open(directory, O_RDONLY | O_DIRECTORY);
            Files.SyncFileSystem(file, directory);
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
