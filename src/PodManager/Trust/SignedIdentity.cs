using PodManager.Pods;

namespace PodManager.Trust;

/// <summary>What a signature must say about the name of the image that it is for.</summary>
internal abstract record SignedIdentity
{
    /// <summary>Whether signatures without a name are accepted, being bound to the content alone.</summary>
    public virtual bool AcceptsNone => false;

    /// <summary>Whether a signature that names its image is for the image that was asked for.</summary>
    /// <param name="signed">The name in the signature, e.g. `registry.example/team/app` or with a tag or digest.</param>
    /// <param name="image">What was asked for.</param>
    /// <returns>Null, or why not, to follow "it is".</returns>
    public abstract string? Problem(string signed, ImageRef image);

    /// <summary>Reads a name as it stands in signatures.</summary>
    /// <returns>The image, and whether a tag or digest was written; null if it is no image's name.</returns>
    protected static (RegistryRef Image, bool HasTag)? Read(string name)
    {
        if (ImageRef.TryParse($"docker://{name}", out ImageRef? image, out _) is not null || image is not RegistryRef registry)
        {
            return null;
        }

        bool hasTag = registry.Digest is not null || name.LastIndexOf(':') > name.LastIndexOf('/');
        return (registry, hasTag);
    }
}
