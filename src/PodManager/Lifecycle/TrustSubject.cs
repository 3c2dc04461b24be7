using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>An image of which it is to be decided whether it may run.</summary>
/// <param name="Name">What it is asked for by.</param>
/// <param name="Documents">Its manifest, and before that the index which the name stands for, if there is one: a signature may be for either.</param>
internal sealed record TrustSubject(ImageRef Name, IReadOnlyList<ImageDocument> Documents);
