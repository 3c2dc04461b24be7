namespace PodManager.Images.Registry;

/// <summary>What is asked of a registry.</summary>
/// <param name="Path">Below the repository, e.g. `manifests/latest`; empty for the API itself.</param>
/// <param name="What">For messages.</param>
/// <param name="Accept">The media types that are understood; none for whatever it is.</param>
/// <param name="Offset">The first byte that is wanted.</param>
internal sealed record RegistryRequest(string Path, string What, IReadOnlyList<string> Accept, long Offset = 0)
{
    /// <summary>Only the answer's headers are wanted.</summary>
    public bool HeadersOnly { get; init; }
}
