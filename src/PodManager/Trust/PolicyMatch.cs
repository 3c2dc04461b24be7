using PodManager.Pods;

namespace PodManager.Trust;

/// <summary>The rules of containers-policy.json(5) for the name in a signature (`signedIdentity`).</summary>
internal sealed record PolicyMatch : SignedIdentity
{
    private readonly PolicyIdentity _identity;

    private PolicyMatch(PolicyIdentity identity) => _identity = identity;

    /// <returns>Null, or what is wrong with it.</returns>
    public static string? TryCreate(PolicyIdentity? identity, out PolicyMatch? match)
    {
        match = new PolicyMatch(identity ?? new PolicyIdentity { Type = "matchRepoDigestOrExact" });
        return identity switch
        {
            null or { Type: "matchExact" or "matchRepoDigestOrExact" or "matchRepository" } => null,
            { Type: "exactReference" } => identity.DockerReference is { } name && Read(name) is { HasTag: true } ? null : "exactReference needs a 'dockerReference' with a tag or a digest",
            { Type: "exactRepository" } => identity.DockerRepository is { } name && Read(name) is { HasTag: false } ? null : "exactRepository needs a 'dockerRepository' without a tag",
            { Type: "remapIdentity" } => identity is { Prefix.Length: > 0, SignedPrefix.Length: > 0 } ? null : "remapIdentity needs a 'prefix' and a 'signedPrefix'",
            _ => $"signedIdentity '{identity.Type}' is not known",
        };
    }

    public override string? Problem(string signed, ImageRef image)
    {
        bool matches = _identity.Type switch
        {
            "exactReference" => IsSame(Read(signed), Read(_identity.DockerReference!)),
            "exactRepository" => Read(signed)?.Image.TrustName == Read(_identity.DockerRepository!)?.Image.TrustName && Read(signed) is not null,
            _ => image is RegistryRef asked && Matches(signed, _identity.Type == "remapIdentity" ? Remap(asked) : asked),
        };
        return matches ? null : $"for '{signed}', which its {_identity.Type} does not allow";
    }

    private bool Matches(string signed, RegistryRef? asked)
    {
        if (asked is null || Read(signed) is not { } named || named.Image.TrustName != asked.TrustName)
        {
            return false;
        }

        return _identity.Type switch
        {
            "matchRepository" => true,
            "matchExact" => asked.Tag is not null && IsSame(named, (asked, true)),
            _ => asked.Digest is not null ? named.HasTag : IsSame(named, (asked, true)),
        };
    }

    private RegistryRef? Remap(RegistryRef asked)
    {
        string prefix = _identity.Prefix!;
        bool isBelow = asked.TrustName == prefix || asked.TrustName.StartsWith(prefix + "/", StringComparison.Ordinal) || !prefix.Contains('/', StringComparison.Ordinal) && asked.Host == prefix;
        return isBelow ? Read(_identity.SignedPrefix + asked.Name[prefix.Length..])?.Image : asked;
    }

    // A name without tag and digest is not the same as one with "latest".
    private static bool IsSame((RegistryRef Image, bool HasTag)? one, (RegistryRef Image, bool HasTag)? other) =>
        one is { HasTag: true } && other is { HasTag: true } && one.Value.Image.Name == other.Value.Image.Name;
}
