using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using PodManager.Lifecycle;

namespace PodManager.Images.Registry;

/// <summary>Sends one request and follows its redirections. A broken connection comes out as <see cref="RetryException"/>, a hopeless one as <see cref="PodctlException"/>.</summary>
internal sealed class RegistryHttp : IDisposable
{
    private const int RedirectionLimit = 10;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(60);

    private readonly HttpClient _client;
    private readonly bool _allowHttp;
    private SslPolicyErrors _certificateErrors;

    public RegistryHttp(FetchOptions options)
    {
        _allowHttp = options.AllowHttp;
        SocketsHttpHandler handler = new()
        {
            // Followed here, since a token is for one host only.
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = ConnectTimeout,
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, errors) =>
        {
            _certificateErrors |= errors;
            return errors == SslPolicyErrors.None || options.AllowBadTls;
        };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("podctl", typeof(RegistryHttp).Assembly.GetName().Version?.ToString(3)));
    }

    /// <summary>Whether an address may be used: encrypted, unless the user allows otherwise.</summary>
    public bool IsAllowed(Uri address) => address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp && _allowHttp;

    /// <returns>The answer's headers; its content is yet to be read.</returns>
    /// <exception cref="HttpRequestException">No connection can be made.</exception>
    public async Task<HttpResponseMessage> GetAsync(
        Uri address, AuthenticationHeaderValue? authorization, IReadOnlyList<string> accept, long offset, CancellationToken ct)
    {
        for (int redirections = 0; ; redirections++)
        {
            HttpResponseMessage response = await SendAsync(address, authorization, accept, offset, ct);
            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
            {
                return response;
            }

            using (response)
            {
                Uri next = response.Headers.Location is { } location
                    ? new Uri(address, location)
                    : throw new PodctlException(ExitCode.Failed, $"'{address.Authority}' redirects to nowhere");
                if (redirections == RedirectionLimit)
                {
                    throw new PodctlException(ExitCode.Failed, $"'{address.Authority}' redirects again and again");
                }

                if (!IsAllowed(next))
                {
                    throw new PodctlException(
                        ExitCode.Failed,
                        $"'{address.Authority}' redirects to an address that is not encrypted, '{next.Scheme}://{next.Authority}'",
                        "`--insecure-options=http` allows it");
                }

                bool isSameHost = next.Scheme == address.Scheme && next.Authority == address.Authority;
                authorization = isSameHost ? authorization : null;
                address = next;
            }
        }
    }

    /// <summary>Says in a user's words why no connection could be made.</summary>
    public PodctlException Explain(HttpRequestException failure, string host)
    {
        if (failure.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            string problem = _certificateErrors switch
            {
                SslPolicyErrors.None => "it does not speak TLS",
                _ when _certificateErrors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) => "its certificate is for another host",
                _ => "its certificate is not trusted",
            };
            string hint = _certificateErrors == SslPolicyErrors.None
                ? "`--insecure-options=http` allows plain HTTP"
                : "`--insecure-options=tls` does not verify certificates";
            return new PodctlException(ExitCode.Failed, $"cannot connect to '{host}' securely: {problem}", hint);
        }

        string reason = failure.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "there is no such host, or its name cannot be looked up",
            _ when failure.InnerException is System.Net.Sockets.SocketException socket => Common.Native.NativeException.Describe((Common.Native.Errno)socket.NativeErrorCode),
            _ => failure.Message,
        };
        return new PodctlException(ExitCode.Failed, $"cannot connect to '{host}': {reason}");
    }

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> SendAsync(
        Uri address, AuthenticationHeaderValue? authorization, IReadOnlyList<string> accept, long offset, CancellationToken ct)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        request.Headers.Authorization = authorization;
        foreach (string type in accept)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        }

        if (offset > 0)
        {
            request.Headers.Range = new RangeHeaderValue(offset, to: null);
        }

        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(AnswerTimeout);
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new RetryException($"'{address.Authority}' does not answer");
        }
        catch (HttpRequestException failure) when (failure.HttpRequestError is not (HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError))
        {
            throw new RetryException($"the connection to '{address.Authority}' broke", after: null, failure);
        }
    }
}
