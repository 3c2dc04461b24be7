using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PodManager.Images.Oci;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images;

/// <summary>Finds out what an image consists of: from what the reference names, through indexes to the manifest for this machine and its configuration.</summary>
internal sealed class ManifestResolver(IImageOrigin origin, HostPlatform platform)
{
    private const int NestedIndexLimit = 3;

    public async Task<ResolvedImage> ResolveAsync(CancellationToken ct)
    {
        List<ImageDocument> documents = [];
        ImageDocument document = await origin.ReadNamedAsync(ct);
        documents.Add(document);
        OciManifest manifest = Parse(document, OciJson.Default.OciManifest);
        string type = TypeOf(document, manifest);
        while (MediaTypes.IsIndex(type))
        {
            if (documents.Count > NestedIndexLimit)
            {
                throw Refused("its indexes point to further indexes without end");
            }

            document = await origin.ReadAsync(Blob.From(Choose(manifest), "the index's entry"), ct);
            documents.Add(document);
            manifest = Parse(document, OciJson.Default.OciManifest);
            type = TypeOf(document, manifest);
        }

        (Blob config, IReadOnlyList<Blob> layers) = Check(manifest, type);
        ImageDocument configDocument = await origin.ReadAsync(config, ct);
        documents.Add(configDocument);
        OciImage image = Parse(configDocument, OciJson.Default.OciImage);
        CheckPlatform(image);
        return new ResolvedImage(document.Digest, (image.Config ?? new OciImageConfig()).ToImageConfig(), Pair(layers, image), documents);
    }

    private OciDescriptor Choose(OciManifest index)
    {
        IReadOnlyList<OciDescriptor> entries = index.Manifests ?? [];
        OciDescriptor? chosen = platform.Choose(entries) ?? entries.FirstOrDefault(static entry => entry.Platform is null);
        if (chosen is not null)
        {
            return chosen;
        }

        // An attestation is filed under a platform of that name.
        IEnumerable<string> offered = entries.Select(static entry => entry.Platform!).Where(static p => p.Os != "unknown").Select(static p => p.ToString()).Distinct();
        throw Refused($"it is not made for this machine ({platform}), only for {string.Join(", ", offered)}");
    }

    // Both what the registry says and what the document says about its type must be the same, or two tools would read two images out of it.
    private static string TypeOf(ImageDocument document, OciManifest manifest)
    {
        string type = document.MediaType.Length > 0 ? document.MediaType : manifest.MediaType ?? (manifest.Manifests is null ? MediaTypes.OciManifest : MediaTypes.OciIndex);
        bool isKnown = MediaTypes.IsIndex(type) || MediaTypes.IsManifest(type);
        if (!isKnown && manifest.MediaType is not null && type is "application/json" or "text/plain" or "application/octet-stream")
        {
            type = manifest.MediaType; // a plain file server's guess says nothing
        }

        if (type.Contains("docker.distribution.manifest.v1", StringComparison.Ordinal))
        {
            throw Refused("its manifest has Docker's schema 1, which is obsolete", "push the image again with a current tool");
        }

        if (!MediaTypes.IsIndex(type) && !MediaTypes.IsManifest(type))
        {
            throw Refused($"it is no container image but '{manifest.ArtifactType ?? type}'");
        }

        if (manifest.MediaType is not null && manifest.MediaType != type)
        {
            throw Refused($"its manifest is said to be '{type}' but calls itself '{manifest.MediaType}'");
        }

        if (manifest.SchemaVersion != 2 || manifest.Manifests is not null && (manifest.Layers is not null || manifest.Config is not null))
        {
            throw Refused("its manifest is not valid");
        }

        return type;
    }

    private static (Blob Config, IReadOnlyList<Blob> Layers) Check(OciManifest manifest, string type)
    {
        if (manifest.Config is null || manifest.Layers is null)
        {
            throw Refused("its manifest is not valid: it has no configuration or no layers");
        }

        string configType = manifest.Config.MediaType ?? "";
        if (!MediaTypes.IsConfig(configType) || manifest.ArtifactType is not null && !MediaTypes.IsConfig(manifest.ArtifactType))
        {
            throw Refused($"it is no container image but '{manifest.ArtifactType ?? (configType.Length > 0 ? configType : type)}'");
        }

        foreach (OciDescriptor layer in manifest.Layers)
        {
            if (!MediaTypes.IsLayer(layer.MediaType ?? ""))
            {
                throw Refused($"one of its layers is of the type '{layer.MediaType}', which podctl cannot unpack");
            }
        }

        return (Blob.From(manifest.Config, "the configuration"), [.. manifest.Layers.Select(static layer => Blob.From(layer, "a layer"))]);
    }

    private void CheckPlatform(OciImage image)
    {
        OciPlatform made = new() { Os = image.Os, Architecture = image.Architecture, Variant = image.Variant };
        if (!platform.Runs(made))
        {
            throw Refused($"it is made for {made}, and this machine is {platform}");
        }
    }

    private static List<ResolvedLayer> Pair(IReadOnlyList<Blob> layers, OciImage image)
    {
        IReadOnlyList<string> diffIds = image.RootFs?.DiffIds ?? [];
        if (diffIds.Count != layers.Count)
        {
            throw Refused($"its manifest has {layers.Count} layers, its configuration {diffIds.Count}");
        }

        return
        [
            .. layers.Zip(diffIds, static (blob, text) => Digest.TryParse(text, out Digest? diffId)
                ? new ResolvedLayer(blob, diffId)
                : throw Refused($"its configuration has an invalid digest: '{text}'")),
        ];
    }

    private static T Parse<T>(ImageDocument document, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(document.Content.Span, type) ?? throw Refused($"'{document.Digest}' is empty");
        }
        catch (JsonException damaged)
        {
            throw new PodctlException(ExitCode.Failed, $"'{document.Digest}' is not valid JSON", cause: damaged);
        }
    }

    private static PodctlException Refused(string why, string? hint = null) => new(ExitCode.Failed, why, hint);
}
