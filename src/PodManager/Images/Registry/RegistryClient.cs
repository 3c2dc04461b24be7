using System.Net;
using System.Net.Http.Headers;
using PodManager.Images.Credentials;
using PodManager.Lifecycle;

namespace PodManager.Images.Registry;

/// <summary>Asks one registry for the pieces of one repository (distribution-spec).</summary>
internal sealed class RegistryClient : IDisposable
{
    private readonly RegistryHttp _http;
    private readonly Authenticator _authenticator;
    private readonly Queue<string> _schemes;

    public RegistryClient(RegistryEndpoint endpoint, FetchOptions options, HostEnvironment host, ICredentialSource logins, TimeProvider clock)
    {
        Endpoint = endpoint;
        _http = new RegistryHttp(host, options, endpoint, new EnvironmentProxy(host));
        _authenticator = new Authenticator(_http, endpoint, logins);
        Retries = new RetryLoop(clock);

        // Where plain HTTP is allowed, a registry on this machine most likely speaks it; elsewhere TLS is worth the first try.
        bool allowHttp = options.AllowHttp || endpoint.IsInsecure;
        _schemes = new Queue<string>(!allowHttp ? ["https"] : IsLoopback(endpoint.Host) ? ["http", "https"] : ["https", "http"]);
    }

    public RegistryEndpoint Endpoint { get; }

    public RetryLoop Retries { get; }

    /// <summary>Whether the registry has asked for a login, and there was one.</summary>
    public bool IsLoginUsed => _authenticator.Login is not null;

    /// <summary>One attempt.</summary>
    /// <returns>A success; its content is yet to be read.</returns>
    /// <exception cref="RetryException">It may work later.</exception>
    public async Task<HttpResponseMessage> GetAsync(RegistryRequest request, CancellationToken ct)
    {
        AuthenticationHeaderValue? authorization = _authenticator.Current;
        HttpResponseMessage response = await SendAsync(request, authorization, ct);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            AuthenticationHeaderValue? better;
            try
            {
                better = await _authenticator.AnswerAsync(response, authorization, ct);
            }
            catch
            {
                response.Dispose();
                throw;
            }

            if (better is not null)
            {
                response.Dispose();
                response = await SendAsync(request, better, ct);
            }
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await Refusal.ExplainAsync(response, request, Endpoint.Host, _authenticator.Login, ct);
        }
    }

    public void Dispose()
    {
        _authenticator.Dispose();
        _http.Dispose();
    }

    private async Task<HttpResponseMessage> SendAsync(RegistryRequest request, AuthenticationHeaderValue? authorization, CancellationToken ct)
    {
        while (true)
        {
            Uri address = new($"{_schemes.Peek()}://{Endpoint.ApiHost}/v2/{(request.Path.Length > 0 ? $"{Endpoint.Repository}/{request.Path}" : "")}");
            try
            {
                HttpResponseMessage response = await _http.SendAsync(
                    new HttpCall(address)
                    {
                        Method = request.HeadersOnly ? HttpMethod.Head : HttpMethod.Get,
                        Authorization = authorization,
                        Accept = request.Accept,
                        Offset = request.Offset,
                    },
                    ct);

                // Go's servers answer so to one who speaks HTTP where they expect TLS.
                if (response.StatusCode != HttpStatusCode.BadRequest || address.Scheme != "http" || _schemes.Count == 1)
                {
                    KeepScheme();
                    return response;
                }

                response.Dispose();
            }
            catch (HttpRequestException failure)
            {
                if (_schemes.Count == 1 || failure.HttpRequestError == HttpRequestError.NameResolutionError)
                {
                    throw _http.Explain(failure, address, Endpoint.Host);
                }
            }
            catch (RetryException) when (_schemes.Count > 1)
            {
                // A server that expects something else may just hang up.
            }

            _ = _schemes.Dequeue();
        }
    }

    // The first request is alone; all that follow, in parallel, use what it found out.
    private void KeepScheme()
    {
        if (_schemes.Count > 1)
        {
            string works = _schemes.Peek();
            _schemes.Clear();
            _schemes.Enqueue(works);
        }
    }

    private static bool IsLoopback(string host) =>
        Uri.TryCreate($"http://{host}", UriKind.Absolute, out Uri? address) && address.IsLoopback;
}
