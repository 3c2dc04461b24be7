namespace PodManager.Trust;

/// <summary>What an image needs in order to run; of several, each must be met.</summary>
/// <param name="Rule">In words, such as `prefix registry.example/team`.</param>
/// <param name="Kind">What is asked for.</param>
/// <param name="Keys">Of which one must have signed.</param>
/// <param name="Identity">What the signature must say about the image's name.</param>
internal sealed record TrustRequirement(string Rule, RequirementKind Kind, IReadOnlyList<TrustedKey> Keys, SignedIdentity Identity);

/// <summary>The kinds of requirements.</summary>
internal enum RequirementKind
{
    /// <summary>A signature by one of the keys.</summary>
    Signed,

    /// <summary>Nothing.</summary>
    AcceptAnything,

    /// <summary>Cannot be met.</summary>
    Reject,
}
