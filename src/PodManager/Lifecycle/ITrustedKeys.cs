using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>The keys that the administrator, or the distribution, trusts.</summary>
internal interface ITrustedKeys
{
    /// <summary>Reads a public key out of a file of the user's.</summary>
    /// <exception cref="PodctlException">There is none in it, or not one that is strong enough.</exception>
    KeyFile ReadKey(string path);

    /// <summary>Trusts a key from now on.</summary>
    /// <returns>The file that says so.</returns>
    string Add(TrustScope scope, KeyFile key);

    /// <summary>All keys there are, masked ones too.</summary>
    /// <exception cref="PodctlException">A file or directory is not as it must be; it is named.</exception>
    IReadOnlyList<TrustedKeySummary> List();

    /// <summary>Trusts a key no more: removes its file, or masks the distribution's.</summary>
    /// <returns>The file that was removed, or that masks the key.</returns>
    /// <exception cref="PodctlException">It is not trusted for this.</exception>
    string Remove(TrustScope scope, KeyFingerprint key);
}
