using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PodManager.Images.Oci;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images.Export;

/// <summary>Configuration and manifest of an exported image: what the image came with, but for the digests of its layers, which are packed anew.</summary>
internal static class ExportDocuments
{
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar";

    /// <exception cref="PodctlException">The image's own configuration cannot be read.</exception>
    public static ImageDocument Configuration(ImageDetails image, IReadOnlyList<Blob> layers)
    {
        try
        {
            JsonObject config = Read(image.Configuration, [.. image.Layers.Select(static layer => layer.Id)]);
            SetLayers(config, layers);
            return Document(config, MediaTypes.OciConfig);
        }
        catch (Exception damaged) when (damaged is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new PodctlException(ExitCode.Failed, $"the configuration of image '{image.Summary.Id.Short}' cannot be written anew", cause: damaged);
        }
    }

    /// <summary>A configuration to be changed; without its history if that has not one line for each of these layers.</summary>
    public static JsonObject Read(ImageDocument configuration, IReadOnlyList<Digest> layers)
    {
        JsonObject config = JsonNode.Parse(configuration.Content.Span)?.AsObject() ?? new JsonObject();
        IEnumerable<string?> before = (config["rootfs"]?["diff_ids"]?.AsArray() ?? []).Select(static id => id?.GetValue<string>());
        if (!before.SequenceEqual(layers.Select(static layer => layer.ToString())))
        {
            // It has a line for each layer, and the store leaves out layers that nobody can see.
            _ = config.Remove("history");
        }

        return config;
    }

    public static void SetLayers(JsonObject config, IReadOnlyList<Blob> layers)
    {
        JsonArray diffIds = [];
        foreach (Blob layer in layers)
        {
            diffIds.Add((JsonNode)layer.Digest.ToString());
        }

        config["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = diffIds };
    }

    public static ImageDocument Manifest(ImageDocument configuration, IReadOnlyList<Blob> layers)
    {
        JsonArray list = [];
        foreach (Blob layer in layers)
        {
            list.Add((JsonNode)Descriptor(LayerType, layer.Digest.ToString(), layer.SizeBytes));
        }

        return Document(
            new JsonObject
            {
                ["schemaVersion"] = 2,
                ["mediaType"] = MediaTypes.OciManifest,
                ["config"] = Descriptor(MediaTypes.OciConfig, configuration.Digest.ToString(), configuration.Content.Length),
                ["layers"] = list,
            },
            MediaTypes.OciManifest);
    }

    /// <summary>The file `index.json` of a layout with one image.</summary>
    public static byte[] Index(ImageDocument manifest, string? tag)
    {
        JsonObject entry = Descriptor(MediaTypes.OciManifest, manifest.Digest.ToString(), manifest.Content.Length);
        if (tag is not null)
        {
            entry["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = tag };
        }

        return Bytes(new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.OciIndex, ["manifests"] = new JsonArray(entry) });
    }

    private static JsonObject Descriptor(string type, string digest, long sizeBytes) => new() { ["mediaType"] = type, ["digest"] = digest, ["size"] = sizeBytes };

    public static ImageDocument Document(JsonObject content, string type)
    {
        byte[] bytes = Bytes(content);
        return new ImageDocument(ContentHash.Of(bytes), type, bytes);
    }

    private static byte[] Bytes(JsonObject content) => Encoding.UTF8.GetBytes(content.ToJsonString());
}
