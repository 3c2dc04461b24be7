using PodManager.Lifecycle;

namespace PodManager.Commands;

/// <summary>`podctl image extract`.</summary>
internal sealed class ImageExtractCommand(CommandContext context, GlobalFlags globals)
    : ImageExtractVerb(context, globals, "extract", "Write an image's files to DIR/rootfs, and beside them its manifest and configuration")
{
    protected override IReadOnlyDictionary<string, ImageDocument> DocumentsOf(ImageDetails image) =>
        new Dictionary<string, ImageDocument> { ["manifest"] = image.Manifest, ["config"] = image.Configuration };
}
