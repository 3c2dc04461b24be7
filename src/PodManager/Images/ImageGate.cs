using PodManager.Images.Signatures;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images;

/// <summary>Lets images through that may run: those that are verified, here or earlier, and those of which nobody asked that.</summary>
internal sealed class ImageGate(IImageStore images, ITrustPolicy policy, IMessageSink messages)
{
    /// <summary>Decides about an image that is about to be fetched, before its layers are.</summary>
    /// <returns>Null if it goes on unverified.</returns>
    /// <exception cref="PodctlException">It may not run.</exception>
    public async Task<TrustRecord?> JudgeAsync(ImageRef image, IImageOrigin origin, ResolvedImage resolved, FetchOptions options, CancellationToken ct)
    {
        if (options.IsRepair)
        {
            return null; // what was decided about the same image is with its name still
        }

        // The same image as before: what was decided then stands, if it still does.
        StoredImage? known = images.Find(image);
        TrustRecord? trust = known is null ? null : TrustOf(known);
        if (trust is not null && known!.Id == resolved.Id)
        {
            return trust;
        }

        if (options.SkipTrust)
        {
            Warn(image.Name);
            return null;
        }

        ImageDocument manifest = resolved.Documents.First(document => document.Digest == resolved.Id);
        IReadOnlyList<ImageDocument> documents = manifest.Digest == resolved.Documents[0].Digest ? [manifest] : [resolved.Documents[0], manifest];
        TrustRecord verified = await VerifyAsync(new TrustSubject(image, documents), origin, options, ct);
        if (trust is not null)
        {
            RefuseOlder(image, known!, resolved, options);
        }

        return verified;
    }

    /// <summary>Decides about an image that is in the store.</summary>
    /// <param name="image">What it was asked for by.</param>
    /// <param name="stored">The image.</param>
    /// <param name="open">Opens the place that a name of it stands for.</param>
    /// <param name="options">How it may be asked.</param>
    /// <param name="ct">Ends it early.</param>
    /// <exception cref="PodctlException">It may not run.</exception>
    public async Task<StoredImage> AdmitAsync(ImageRef image, StoredImage stored, Func<ImageRef, Task<IImageOrigin>> open, FetchOptions options, CancellationToken ct)
    {
        if (options.IsRepair || TrustOf(stored) is not null)
        {
            return stored;
        }

        if (options.SkipTrust)
        {
            Warn(image.Name);
            return stored;
        }

        if (options.Policy == PullPolicy.Never)
        {
            throw Refused(image, options, "nothing that is trusted now says that it may run, and `--pull-policy=never` forbids to ask for its signatures");
        }

        // What came through standard input is not read again: that is the app's by now.
        List<ImageRef> names = [.. stored.Names.Select(static name => ImageRef.Parse(name.Name)).Where(static name => name is not ArchiveRef { IsStandardInput: true })];
        PodctlException? refusal = null;
        foreach (ImageRef name in names)
        {
            try
            {
                using IImageOrigin origin = await open(name);
                TrustRecord trust = await VerifyAsync(new TrustSubject(name, images.ManifestsOf(stored.Id)), origin, options, ct);
                images.SetTrust(name.Name, stored.Id, trust);
                return stored with { Names = [new ImageName(name.Name, trust)] };
            }
            catch (PodctlException failure)
            {
                refusal ??= new PodctlException(failure.Code, $"cannot verify image '{name.Name}'", failure.Hint, failure);
            }
        }

        throw refusal ?? Refused(image, options, "it has no name by which its signatures could be found");
    }

    private TrustRecord? TrustOf(StoredImage image) => image.Names.Select(static name => name.Trust).OfType<TrustRecord>().FirstOrDefault(policy.Holds);

    private async Task<TrustRecord> VerifyAsync(TrustSubject subject, IImageOrigin origin, FetchOptions options, CancellationToken ct)
    {
        try
        {
            return await policy.VerifyAsync(subject, new SignatureSearch(origin), ct);
        }
        catch (PodctlException refusal) when (refusal.Code == ExitCode.NotPermitted)
        {
            throw new PodctlException(options.Refusal, refusal.Message, refusal.Hint, refusal.InnerException);
        }
    }

    /// <summary>A signature never expires: whoever can write to a registry, or stand in front of it, can offer yesterday's image, with yesterday's faults, for today's.</summary>
    private void RefuseOlder(ImageRef image, StoredImage known, ResolvedImage offered, FetchOptions options)
    {
        if (image is RegistryRef { Tag: not null } registry
            && CreatedAt(image) is { } here
            && CreationTime.Of(offered.Documents[^1]) is { } there
            && there < here)
        {
            throw new PodctlException(
                options.Refusal,
                $"it is older than the image of this name that is here: '{offered.Id}' of {there:yyyy-MM-dd HH:mm:ss}Z for '{known.Id.Short}' of {here:yyyy-MM-dd HH:mm:ss}Z",
                $"if the name was put back on purpose, `podctl image rm {image.Name}` forgets the newer one; `podctl fetch {registry.TrustName}@{offered.Id}` takes the older one by its digest");
        }
    }

    private DateTimeOffset? CreatedAt(ImageRef stored)
    {
        try
        {
            return CreationTime.Of(images.Describe(stored).Configuration);
        }
        catch (PodctlException)
        {
            return null; // what is damaged says nothing, and must not keep a fetch from healing it
        }
    }

    private void Warn(string name) => messages.Warn($"image '{name}' is not verified, as `--insecure-options=image` asks, using it all the same");

    private static PodctlException Refused(ImageRef image, FetchOptions options, string why) => new(
        options.Refusal,
        $"cannot verify image '{image.Name}': {why}",
        $"{(options.Policy == PullPolicy.Never ? $"`podctl fetch {image.Name}` verifies it; " : "")}`--insecure-options=image` lets it run unverified");
}
