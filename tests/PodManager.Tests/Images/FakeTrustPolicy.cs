using PodManager.Lifecycle;

namespace PodManager.Tests.Images;

/// <summary>Trusts nobody.</summary>
internal sealed class FakeTrustPolicy : ITrustPolicy
{
    public bool Holds(TrustRecord record) => false;

    public Task<TrustRecord> VerifyAsync(TrustSubject subject, ISignatureSource signatures, CancellationToken ct) =>
        throw new PodctlException(ExitCode.NotPermitted, "nobody is trusted");
}
