using System.Net;

namespace PodManager.Images.Registry;

/// <summary>
/// The proxies that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY name, in capitals or not, by the rules of other container tools: what .NET makes of
/// NO_PROXY knows neither networks nor ports.
/// </summary>
internal sealed class EnvironmentProxy : IWebProxy
{
    private readonly Uri? _http;
    private readonly Uri? _https;
    private readonly NoProxyList _exceptions;

    /// <exception cref="PodctlException">A variable holds no address.</exception>
    public EnvironmentProxy(HostEnvironment host)
    {
        Uri? all = Read(host, "all_proxy");
        _http = Read(host, "http_proxy") ?? all;
        _https = Read(host, "https_proxy") ?? all;
        _exceptions = new NoProxyList(Value(host, "no_proxy") ?? "");
        Credentials = new ProxyLogin([.. new[] { _http, _https }.OfType<Uri>()]);
    }

    public ICredentials? Credentials { get; set; }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : WithoutLogin(ProxyFor(destination)!);

    public bool IsBypassed(Uri host) => ProxyFor(host) is null || _exceptions.Has(host);

    private Uri? ProxyFor(Uri destination) => destination.Scheme == Uri.UriSchemeHttps ? _https : _http;

    // In small letters first, as curl has it.
    private static string? Value(HostEnvironment host, string name) => host.Variable(name) ?? host.Variable(name.ToUpperInvariant());

    private static Uri? Read(HostEnvironment host, string name)
    {
        if (Value(host, name) is not { } text)
        {
            return null;
        }

        bool isAddress = Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out Uri? proxy)
            && proxy.Scheme is "http" or "https" or "socks5" or "socks4" or "socks4a" && proxy!.Host.Length > 0;

        // Without the value: it may have a password in it.
        return isAddress ? proxy : throw new PodctlException(ExitCode.Usage, $"the variable {name.ToUpperInvariant()} does not hold a proxy's address", "it is written http://HOST:PORT");
    }

    private static Uri WithoutLogin(Uri proxy) => new UriBuilder(proxy) { UserName = "", Password = "" }.Uri;

    /// <summary>The logins in the proxies' addresses.</summary>
    private sealed class ProxyLogin(IReadOnlyList<Uri> proxies) : ICredentials
    {
        public NetworkCredential? GetCredential(Uri uri, string authType)
        {
            string? login = proxies.FirstOrDefault(proxy => proxy.Authority == uri.Authority)?.UserInfo;
            if (string.IsNullOrEmpty(login))
            {
                return null;
            }

            string[] parts = login.Split(':', 2);
            return new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
        }
    }
}
