using Common.Native;
using PodManager.Lifecycle;

namespace PodManager.Images.Layers;

/// <summary>Gets the layers of an image into the store, several at a time; those that are there already cost nothing.</summary>
internal sealed class LayerFetcher(ILayerStore store, IProgressSink progress)
{
    // Enough to keep a line busy while one layer unpacks; more would only take memory.
    private const int ParallelLayers = 3;
    private const int ShownDigestLength = 18;

    /// <summary>Fetches what is missing.</summary>
    /// <returns>The layers in the same order, held; the caller disposes the holds.</returns>
    public async Task<IReadOnlyList<ILayerHold>> FetchAsync(IImageOrigin origin, IReadOnlyList<ResolvedLayer> layers, CancellationToken ct)
    {
        ILayerHold?[] holds = new ILayerHold?[layers.Count];
        try
        {
            ParallelOptions options = new() { MaxDegreeOfParallelism = ParallelLayers, CancellationToken = ct };
            await Parallel.ForAsync(0, layers.Count, options, async (i, token) =>
            {
                holds[i] = await store.HoldAsync(layers[i].DiffId, token);
                if (holds[i]!.Layer is null)
                {
                    await FetchAsync(origin, layers[i], holds[i]!, token);
                }
            });
            return holds!;
        }
        catch
        {
            foreach (ILayerHold? hold in holds)
            {
                hold?.Dispose();
            }

            throw;
        }
    }

    private async Task FetchAsync(IImageOrigin origin, ResolvedLayer layer, ILayerHold hold, CancellationToken ct)
    {
        using IProgressItem item = progress.Start($"Downloading {layer.Blob.Digest.ToString()[..ShownDigestLength]}", layer.Blob.SizeBytes);
        try
        {
            await using Stream source = await origin.OpenAsync(layer.Blob, ct);
            LayerContent content = await LayerPipeline.UnpackAsync(source, layer, hold.StagingPath, item, ct);
            _ = await hold.CompleteAsync(content, ct);
            item.Complete();
        }
        catch (InvalidDataException damaged)
        {
            throw new PodctlException(ExitCode.Failed, $"cannot unpack layer '{layer.Blob.Digest}'", cause: damaged);
        }
        catch (NativeException failure)
        {
            throw new PodctlException(ExitCode.Failed, $"cannot unpack layer '{layer.Blob.Digest}'", HintFor(failure.Errno), failure);
        }
    }

    private static string? HintFor(Errno errno) => errno switch
    {
        Errno.ENOSPC or Errno.EDQUOT => "podctl leaves 16 MiB of a file system free; `podctl image rm` and `podctl rm` free space",
        Errno.EOPNOTSUPP => "the file system of podctl's data directory does not support what the image needs",
        _ => null,
    };
}
