using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>How an image may be fetched.</summary>
/// <param name="Policy">When the registry is asked.</param>
/// <param name="AllowHttp">Plain HTTP is accepted (`--insecure-options=http`).</param>
/// <param name="AllowBadTls">TLS certificates are not verified (`--insecure-options=tls`).</param>
/// <param name="AuthFile">Where logins are, and nowhere else (`--authfile`); null for the usual places.</param>
internal sealed record FetchOptions(PullPolicy Policy, bool AllowHttp, bool AllowBadTls, string? AuthFile = null)
{
    /// <summary>It may come and run unverified (`--insecure-options=image`).</summary>
    public bool SkipTrust { get; init; }

    /// <summary>It is put back into the store and not run: whether it may run is asked when it does.</summary>
    public bool IsRepair { get; init; }

    /// <summary>What the refusal of an image that is not trusted is told by.</summary>
    public ExitCode Refusal { get; init; } = ExitCode.NotPermitted;

    public static FetchOptions Of(PullPolicy policy, InsecureOptions insecure, string? authFile) => new(
        policy, insecure.HasFlag(InsecureOptions.Http), insecure.HasFlag(InsecureOptions.Tls), authFile)
    {
        SkipTrust = insecure.HasFlag(InsecureOptions.Image),
    };
}
