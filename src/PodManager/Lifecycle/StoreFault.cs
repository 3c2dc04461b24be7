using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Something that is wrong with the image store.</summary>
/// <param name="What">One line for the user.</param>
/// <param name="Path">The file or directory that is damaged, left over, or missing; it is what a repair takes away.</param>
/// <param name="Images">The images that cannot be used because of it.</param>
/// <param name="Name">The image's name that leads nowhere.</param>
/// <param name="Layer">The layer, if it is one.</param>
internal sealed record StoreFault(string What, string Path, IReadOnlyList<Digest> Images, string? Name = null, Digest? Layer = null);
