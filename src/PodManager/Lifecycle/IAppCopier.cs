namespace PodManager.Lifecycle;

/// <summary>Copies files between apps and the host.</summary>
internal interface IAppCopier
{
    /// <summary>From the host, or from an archive on standard input, into an app that is up.</summary>
    /// <exception cref="PodctlException">It cannot be copied.</exception>
    Task CopyInAsync(CopyOptions options, AppTree target, CancellationToken ct);

    /// <summary>From an app to the host, or as an archive to <paramref name="output"/>.</summary>
    /// <exception cref="PodctlException">It cannot be copied.</exception>
    void CopyOut(CopyOptions options, AppTree source, Action<ReadOnlyMemory<byte>> output, CancellationToken ct);
}
