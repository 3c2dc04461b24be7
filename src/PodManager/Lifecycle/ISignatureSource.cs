using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Finds the signatures that lie beside an image, in whatever place that has.</summary>
internal interface ISignatureSource
{
    /// <summary>All that claims to be a signature of this manifest or index; none of it is verified.</summary>
    /// <exception cref="PodctlException">The place cannot be asked.</exception>
    Task<SignatureFindings> FindAsync(Digest signed, CancellationToken ct);
}
