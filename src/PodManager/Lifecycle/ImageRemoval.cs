using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>What removing an image did.</summary>
/// <param name="Id">The image.</param>
/// <param name="Names">The names that are gone.</param>
/// <param name="ImageRemoved">False if the image is still here under another name.</param>
/// <param name="FreedBytes">What the deleted layers held; less than the image's size where pods, images or a fetch still need some.</param>
internal sealed record ImageRemoval(Digest Id, IReadOnlyList<string> Names, bool ImageRemoved, long FreedBytes);
