namespace PodManager.Images.Configuration;

/// <summary>A registry or mirror as registries.conf has it.</summary>
/// <param name="Location">What stands in place of the entry's prefix; empty to leave names as they are.</param>
/// <param name="IsInsecure">Plain HTTP and certificates that nobody vouches for are accepted.</param>
/// <param name="Use">A mirror's.</param>
internal sealed record RegistryPlace(string Location, bool IsInsecure, MirrorUse Use = MirrorUse.All);
