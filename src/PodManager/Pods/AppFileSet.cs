using Common.Contract;

namespace PodManager.Pods;

/// <summary>Files of /etc that all apps of a pod find, by what the user said when it was started.</summary>
/// <param name="Bound">Generated, in the place of the image's.</param>
/// <param name="Defaults">Generated, for an image that has none.</param>
/// <param name="OfHost">The host's own, read-only.</param>
internal sealed record AppFileSet(IReadOnlyList<PlanFile> Bound, IReadOnlyList<PlanFile> Defaults, IReadOnlyList<BoundHostFile> OfHost);
