namespace PodManager.Output;

/// <summary>A layer as `image inspect` gives it.</summary>
/// <param name="Id">Digest of the uncompressed archive.</param>
/// <param name="Size">What its files hold.</param>
/// <param name="Shared">Whether another image has it, too.</param>
internal sealed record ImageLayerView(string Id, long Size, bool Shared);
