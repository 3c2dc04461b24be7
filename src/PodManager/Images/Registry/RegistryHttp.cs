using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Common.Native;
using PodManager.Lifecycle;

namespace PodManager.Images.Registry;

/// <summary>Sends one request and follows its redirections. A broken connection comes out as <see cref="RetryException"/>, a hopeless one as <see cref="PodctlException"/>.</summary>
internal sealed class RegistryHttp(HostEnvironment host, FetchOptions options, RegistryEndpoint endpoint, IWebProxy proxy) : IDisposable
{
    private const int RedirectionLimit = 10;
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, HostConnection> _connections = new();

    /// <summary>Whether an address may be used: encrypted, unless the user or the host's settings allow otherwise.</summary>
    public bool IsAllowed(Uri address) => address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp && (options.AllowHttp || IsInsecure(address));

    /// <summary>Whether nobody on the way to a host that has answered can have changed its answer.</summary>
    public bool IsTrusted(Uri address) => address.IsLoopback || address.Scheme == Uri.UriSchemeHttps && ConnectionTo(address).IsVerified;

    /// <returns>The answer's headers; its content is yet to be read.</returns>
    /// <exception cref="HttpRequestException">No connection can be made.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpCall call, CancellationToken ct)
    {
        for (int redirections = 0; ; redirections++)
        {
            HttpResponseMessage response = await SendOnceAsync(call, ct);
            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
            {
                return response;
            }

            using (response)
            {
                call = Redirect(call, response.Headers.Location);
                if (redirections == RedirectionLimit)
                {
                    throw new PodctlException(ExitCode.Failed, $"'{call.Address.Authority}' redirects again and again");
                }
            }
        }
    }

    /// <summary>Says in a user's words why no connection could be made.</summary>
    public PodctlException Explain(HttpRequestException failure, Uri address, string name)
    {
        if (failure.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            string? problem = ConnectionTo(address).Problem;
            return new PodctlException(
                ExitCode.Failed,
                $"cannot connect to '{name}' securely: {problem ?? "it does not speak TLS, or demands a certificate"}",
                problem is null
                    ? "`--insecure-options=http` allows plain HTTP"
                    : $"an authority's certificate in /etc/containers/certs.d/{name} vouches for it; `--insecure-options=tls` does not verify certificates");
        }

        string reason = failure.HttpRequestError switch
        {
            HttpRequestError.ProxyTunnelError => "the proxy refuses to connect to it",
            HttpRequestError.NameResolutionError => "there is no such host, or its name cannot be looked up",
            _ when failure.InnerException is SocketException socket => NativeException.Describe((Errno)socket.NativeErrorCode),
            _ => failure.Message,
        };
        return new PodctlException(ExitCode.Failed, $"cannot connect to '{name}': {reason}");
    }

    public void Dispose()
    {
        foreach (HostConnection connection in _connections.Values)
        {
            connection.Dispose();
        }
    }

    private HttpCall Redirect(HttpCall call, Uri? location)
    {
        string from = call.Address.Authority;
        if (call.Form is not null)
        {
            throw new PodctlException(ExitCode.Failed, $"'{from}' redirects a login, which is not followed");
        }

        Uri next = location is not null && Uri.TryCreate(call.Address, location, out Uri? absolute)
            ? absolute
            : throw new PodctlException(ExitCode.Failed, $"'{from}' redirects to nowhere");
        if (!IsAllowed(next))
        {
            throw new PodctlException(
                ExitCode.Failed,
                $"'{from}' redirects to an address that is not encrypted, '{next.Scheme}://{next.Authority}'",
                "`--insecure-options=http` allows it");
        }

        bool isSameHost = next.Scheme == call.Address.Scheme && next.Authority == from;
        return call with { Address = next, Authorization = isSameHost ? call.Authorization : null };
    }

    // Redirections lead to hosts that the settings say nothing about.
    private bool IsInsecure(Uri address) => endpoint.IsInsecure && address.Authority == new Uri($"{address.Scheme}://{endpoint.ApiHost}").Authority;

    private HostConnection ConnectionTo(Uri address) => _connections.GetOrAdd(
        address.Authority, _ => new HostConnection(HostCertificates.Read(host, address), options.AllowBadTls || IsInsecure(address), proxy));

    private async Task<HttpResponseMessage> SendOnceAsync(HttpCall call, CancellationToken ct)
    {
        using HttpRequestMessage request = call.ToMessage();
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(AnswerTimeout);
        try
        {
            return await ConnectionTo(call.Address).Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new RetryException($"'{call.Address.Authority}' does not answer");
        }
        catch (HttpRequestException failure) when (failure.HttpRequestError is not (HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError))
        {
            throw new RetryException($"the connection to '{call.Address.Authority}' broke", after: null, failure);
        }
    }
}
