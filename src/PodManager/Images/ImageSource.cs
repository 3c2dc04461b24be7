using Common.Native;
using PodManager.Images.Archives;
using PodManager.Images.Layers;
using PodManager.Images.Oci;
using PodManager.Images.Registry;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images;

/// <summary>Gives images out of the store, and fetches them into it.</summary>
internal sealed class ImageSource(IImageStore images, ILayerStore layers, ImageGate gate, RegistryAccess registries, IProgressSink progress) : IImageSource
{
    public async Task<StoredImage> GetAsync(string reference, FetchOptions options, CancellationToken ct)
    {
        ImageRef image = registries.Resolve(ImageRef.Parse(reference));
        bool isFetchable = image is not StoredImageRef && options.Policy != PullPolicy.Never;

        // A directory or an archive is read again each time, as it may have changed; a digest's image cannot.
        bool isLookedUp = !isFetchable || image is RegistryRef registry && (options.Policy == PullPolicy.New || registry.Digest is not null);
        if (isLookedUp && images.Find(image) is { } stored)
        {
            return await AdmitAsync(image, stored, options, ct);
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

        StoredImage? unchanged;
        try
        {
            layers.RemoveLeftovers();
            using IImageOrigin origin = await OpenAsync(image, options, ct);
            unchanged = origin is RegistryOrigin asked ? await FindUnchangedAsync(image, asked, ct) : null;
            if (unchanged is null)
            {
                ResolvedImage resolved = await new ManifestResolver(origin, HostPlatform.Current).ResolveAsync(ct);
                TrustRecord? trust = await gate.JudgeAsync(image, origin, resolved, options, ct);
                return await StoreAsync(image, origin, resolved, trust, ct);
            }
        }
        catch (PodctlException failure)
        {
            throw new PodctlException(failure.Code, $"cannot fetch image '{image.Name}'", failure.Hint, failure);
        }
        catch (NativeException failure)
        {
            throw new PodctlException(ExitCode.Failed, $"cannot fetch image '{image.Name}'", hint: null, failure);
        }

        return await AdmitAsync(image, unchanged, options, ct);
    }

    private Task<StoredImage> AdmitAsync(ImageRef image, StoredImage stored, FetchOptions options, CancellationToken ct) =>
        gate.AdmitAsync(image, stored, name => OpenAsync(name, options, ct), options, ct);

    // One short question, where an image is here already: a tag seldom changes.
    private async Task<StoredImage?> FindUnchangedAsync(ImageRef image, RegistryOrigin origin, CancellationToken ct) =>
        images.Find(image) is { } stored && await origin.AskDigestAsync(ct) is { } digest && images.HasDocument(stored.Id, digest) ? stored : null;

    private async Task<IImageOrigin> OpenAsync(ImageRef image, FetchOptions options, CancellationToken ct) => image switch
    {
        RegistryRef registry => registries.Open(registry, options),
        LayoutRef layout => new LayoutOrigin(new LayoutDirectory(layout.Directory), layout.Tag),
        ArchiveRef archive => await new ArchiveOpener(images, progress).OpenAsync(archive, ct),
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
