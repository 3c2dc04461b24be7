using Common.Native;
using PodManager.Images.Layers;
using PodManager.Images.Oci;
using PodManager.Images.Registry;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images;

/// <summary>Gives images out of the store, and fetches them into it.</summary>
internal sealed class ImageSource(IImageStore images, ILayerStore layers, ImageGate gate, IProgressSink progress, TimeProvider clock) : IImageSource
{
    public async Task<StoredImage> GetAsync(string reference, FetchOptions options, CancellationToken ct)
    {
        ImageRef image = ImageRef.Parse(reference);
        bool isFetchable = image is not StoredImageRef && options.Policy != PullPolicy.Never;

        // A directory is read again each time, as it may have changed; a digest's image cannot.
        bool isLookedUp = !isFetchable || image is RegistryRef registry && (options.Policy == PullPolicy.New || registry.Digest is not null);
        if (isLookedUp && images.Find(image) is { } stored)
        {
            return await gate.AdmitAsync(image, stored, name => OriginOf(name, options), options, ct);
        }

        return isFetchable ? await FetchAsync(image, options, ct) : throw NotHere(image);
    }

    public IImageRoot OpenRoot(StoredImage image) => new ImageRoot(image.Layers);

    private async Task<StoredImage> FetchAsync(ImageRef image, FetchOptions options, CancellationToken ct)
    {
        if (Libc.GetEUid() != 0)
        {
            throw new PodctlException(ExitCode.NotPermitted, $"cannot fetch image '{image.Name}': files of other users cannot be made", "this needs root");
        }

        try
        {
            layers.RemoveLeftovers();
            using IImageOrigin origin = OriginOf(image, options);
            ResolvedImage resolved = await new ManifestResolver(origin, HostPlatform.Current).ResolveAsync(ct);
            TrustRecord? trust = await gate.JudgeAsync(image, origin, resolved, options, ct);
            return await StoreAsync(image, origin, resolved, trust, ct);
        }
        catch (PodctlException failure)
        {
            throw new PodctlException(failure.Code, $"cannot fetch image '{image.Name}'", failure.Hint, failure);
        }
        catch (NativeException failure)
        {
            throw new PodctlException(ExitCode.Failed, $"cannot fetch image '{image.Name}'", hint: null, failure);
        }
    }

    private IImageOrigin OriginOf(ImageRef image, FetchOptions options) => image switch
    {
        RegistryRef registry => new RegistryOrigin(registry, options, clock),
        LayoutRef layout => new LayoutOrigin(layout),
        _ => throw new InvalidOperationException($"'{image}' is fetched from nowhere"),
    };

    private async Task<StoredImage> StoreAsync(ImageRef image, IImageOrigin origin, ResolvedImage resolved, TrustRecord? trust, CancellationToken ct)
    {
        // The same layer may be in an image twice.
        List<ResolvedLayer> distinct = [.. resolved.Layers.DistinctBy(static layer => layer.DiffId)];
        List<ILayerHold> holds = [.. await new LayerFetcher(layers, progress).FetchAsync(origin, distinct, ct)];
        try
        {
            Dictionary<Digest, Layer> byId = holds.ToDictionary(static hold => hold.Layer!.Id, static hold => hold.Layer!);
            IReadOnlyList<Layer> stack = LayerStack.Reduce([.. resolved.Layers.Select(layer => byId[layer.DiffId])]);
            ILayerHold? directories = await ImpliedDirectories.HoldAsync(stack, layers, ct);
            if (directories is not null)
            {
                holds.Add(directories);
                stack = [.. stack, directories.Layer!];
            }

            return images.Add(new NewImage(resolved.Id, image.Name, resolved.Config, stack, resolved.Documents) { Trust = trust });
        }
        finally
        {
            holds.ForEach(static hold => hold.Dispose());
        }
    }

    private static PodctlException NotHere(ImageRef image) => new(
        ExitCode.NotFound,
        $"no image '{image.Name}' in the store",
        image is StoredImageRef ? "`podctl image list` shows the images that are here" : $"`podctl fetch {image.Name}` fetches it");
}
