using System.Text.Json;
using PodManager.Lifecycle;

namespace PodManager.Output;

/// <summary>An image as `image inspect` gives it. The shape is a promise: names and meanings stay, fields may be added.</summary>
internal sealed record ImageInspectView
{
    /// <summary>The manifest's digest.</summary>
    public required string Id { get; init; }

    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The configuration's digest, which other tools call the image's id.</summary>
    public required string ConfigDigest { get; init; }

    public required string MediaType { get; init; }

    public string? Created { get; init; }

    public string? Os { get; init; }

    public string? Architecture { get; init; }

    public string? Variant { get; init; }

    public required string ImportTime { get; init; }

    public required string LastUsedTime { get; init; }

    public required long Size { get; init; }

    public required long SharedSize { get; init; }

    public required long UniqueSize { get; init; }

    public required ImageConfigView Config { get; init; }

    /// <summary>Lowest first.</summary>
    public required IReadOnlyList<ImageLayerView> Layers { get; init; }

    public static ImageInspectView Of(ImageDetails image)
    {
        // Well-formed, as it has been fetched; of what types its members are, nobody has checked.
        using JsonDocument configuration = JsonDocument.Parse(image.Configuration.Content);
        string? Text(string name) => DocumentText.Of(configuration.RootElement, name);
        return new ImageInspectView
        {
            Id = image.Summary.Id.ToString(),
            Names = image.Summary.Names,
            ConfigDigest = image.Configuration.Digest.ToString(),
            MediaType = image.Manifest.MediaType,
            Created = Text("created"),
            Os = Text("os"),
            Architecture = Text("architecture"),
            Variant = Text("variant"),
            ImportTime = Times.Json(image.Summary.ImportedAt),
            LastUsedTime = Times.Json(image.Summary.LastUsedAt),
            Size = image.Summary.SizeBytes,
            SharedSize = image.Summary.SharedBytes,
            UniqueSize = image.Summary.OwnBytes,
            Config = ImageConfigView.Of(image.Config),
            Layers = [.. image.Layers.Select(static layer => new ImageLayerView(layer.Id.ToString(), layer.SizeBytes, layer.IsShared))],
        };
    }
}
