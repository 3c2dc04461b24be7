namespace PodManager.Lifecycle;

/// <summary>How an image may be fetched.</summary>
/// <param name="Policy">When the registry is asked.</param>
/// <param name="AllowHttp">Plain HTTP is accepted (`--insecure-options=http`).</param>
/// <param name="AllowBadTls">TLS certificates are not verified (`--insecure-options=tls`).</param>
/// <param name="AuthFile">Where logins are, and nowhere else (`--authfile`); null for the usual places.</param>
internal sealed record FetchOptions(PullPolicy Policy, bool AllowHttp, bool AllowBadTls, string? AuthFile = null);
