using PodManager.Lifecycle;

namespace PodManager.Trust;

/// <summary>All that an image has to meet.</summary>
/// <param name="Requirements">At least one.</param>
/// <param name="Evidence">The files that these requirements come from.</param>
/// <param name="Nothing">What to say if there are no keys for the image: why, and what to do.</param>
internal sealed record TrustRules(IReadOnlyList<TrustRequirement> Requirements, IReadOnlyList<TrustEvidence> Evidence, (string Why, string Hint) Nothing);
