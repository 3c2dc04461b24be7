namespace PodManager.Lifecycle;

/// <summary>Decides which images may run.</summary>
internal interface ITrustPolicy
{
    /// <summary>Whether an earlier decision still stands. It is asked at every start: it looks at a few files' attributes and reads nothing.</summary>
    bool Holds(TrustRecord record);

    /// <summary>Decides about an image by its signatures.</summary>
    /// <exception cref="PodctlException">It may not run: says, without its name, which keys and signatures were looked for, and what was found (<see cref="ExitCode.NotPermitted"/>).</exception>
    Task<TrustRecord> VerifyAsync(TrustSubject subject, ISignatureSource signatures, CancellationToken ct);
}
