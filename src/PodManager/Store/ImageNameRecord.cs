using PodManager.Lifecycle;

namespace PodManager.Store;

/// <summary>The file of a name.</summary>
/// <param name="Version">Of this format.</param>
/// <param name="Name">As users write it; the file's own name is an escaped form.</param>
/// <param name="Image">The id of the image that has the name.</param>
/// <param name="AssignedAt">When the image got it.</param>
/// <param name="Trust">Why the image may run under the name.</param>
internal sealed record ImageNameRecord(int Version, string Name, string Image, DateTimeOffset AssignedAt, TrustRecord? Trust = null)
{
    public const int CurrentVersion = 1;
}
