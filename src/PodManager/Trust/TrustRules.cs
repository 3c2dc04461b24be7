using PodManager.Lifecycle;

namespace PodManager.Trust;

/// <summary>All that an image has to meet.</summary>
/// <param name="Requirements">At least one.</param>
/// <param name="Evidence">The files that these requirements come from.</param>
/// <param name="NoKey">What to say if there is no key for the image.</param>
/// <param name="Hint">What would allow the image.</param>
internal sealed record TrustRules(IReadOnlyList<TrustRequirement> Requirements, IReadOnlyList<TrustEvidence> Evidence, string NoKey, string Hint);
