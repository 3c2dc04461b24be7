using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;

namespace PodManager.Images.Registry;

/// <summary>The connections to one host and port, with the certificates that are meant for it and for nobody else.</summary>
internal sealed class HostConnection : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(20);

    private readonly HostCertificates _certificates;
    private SslPolicyErrors _errors;

    public HostConnection(HostCertificates certificates, bool allowBadTls, IWebProxy proxy)
    {
        _certificates = certificates;
        SocketsHttpHandler handler = new()
        {
            // Followed by the caller, since a login is for one host only.
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = ConnectTimeout,
            Proxy = proxy,
        };
        if (certificates.Own.Count > 0)
        {
            handler.SslOptions.ClientCertificates = [.. certificates.Own];
        }

        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            errors = errors == SslPolicyErrors.RemoteCertificateChainErrors && _certificates.Vouches(certificate, chain) ? SslPolicyErrors.None : errors;
            _errors |= errors;
            return errors == SslPolicyErrors.None || allowBadTls;
        };
        Client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        Client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("podctl", typeof(HostConnection).Assembly.GetName().Version?.ToString(3)));
    }

    public HttpClient Client { get; }

    /// <summary>Whether no certificate was met that should have been refused.</summary>
    public bool IsVerified => _errors == SslPolicyErrors.None;

    /// <summary>What is wrong with the host's certificate; null if it has none.</summary>
    public string? Problem => _errors switch
    {
        SslPolicyErrors.None => null,
        _ when _errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) => "its certificate is for another host",
        _ => "its certificate is not trusted",
    };

    public void Dispose()
    {
        Client.Dispose();
        _certificates.Dispose();
    }
}
