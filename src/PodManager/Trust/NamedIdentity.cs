using PodManager.Pods;

namespace PodManager.Trust;

/// <summary>
/// The rule for trusted keys: the signature must be for the repository that was asked for, and if it names a tag, for the tag too. An image in a
/// directory or an archive was asked for by a path, which no signature can name.
/// </summary>
internal sealed record NamedIdentity : SignedIdentity
{
    public override bool AcceptsNone => true;

    public override string? Problem(string signed, ImageRef image)
    {
        if (image is not RegistryRef asked)
        {
            return null;
        }

        if (Read(signed) is not { } named || named.Image.TrustName != asked.TrustName)
        {
            return $"for '{signed}'";
        }

        bool isOtherTag = named.HasTag && named.Image.Tag is not null && asked.Tag is not null && named.Image.Tag != asked.Tag;
        bool isOtherDigest = named.Image.Digest is not null && asked.Digest is not null && named.Image.Digest != asked.Digest;
        return isOtherTag || isOtherDigest ? $"for '{signed}'" : null;
    }
}
