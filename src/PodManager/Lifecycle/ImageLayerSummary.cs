using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>A layer of a stored image.</summary>
/// <param name="Id">Digest of the uncompressed archive.</param>
/// <param name="SizeBytes">What its files hold.</param>
/// <param name="IsShared">Whether another image has it, too.</param>
internal sealed record ImageLayerSummary(Digest Id, long SizeBytes, bool IsShared);
