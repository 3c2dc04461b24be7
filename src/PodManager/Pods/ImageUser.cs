namespace PodManager.Pods;

/// <summary>Who an app runs as, resolved with the image's own user and group files.</summary>
/// <param name="Uid">Inside the pod.</param>
/// <param name="Gid">The primary group.</param>
/// <param name="SupplementaryGids">Further groups, sorted; none if the group was named explicitly.</param>
/// <param name="Name">Null if the image has no user of that number.</param>
/// <param name="Home">`/` if the image does not say.</param>
internal sealed record ImageUser(uint Uid, uint Gid, IReadOnlyList<uint> SupplementaryGids, string? Name, string Home);
