using PodManager.Lifecycle;

namespace PodManager.Commands;

/// <summary>`podctl image render`.</summary>
internal sealed class ImageRenderCommand(CommandContext context, GlobalFlags globals)
    : ImageExtractVerb(context, globals, "render", "Write an image's files to DIR/rootfs, all layers merged")
{
    protected override IReadOnlyDictionary<string, ImageDocument> DocumentsOf(ImageDetails image) => new Dictionary<string, ImageDocument>();
}
