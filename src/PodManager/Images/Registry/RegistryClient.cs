using System.Net;
using System.Net.Http.Headers;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images.Registry;

/// <summary>Asks one registry for the pieces of one repository (distribution-spec), without a login.</summary>
internal sealed class RegistryClient : IDisposable
{
    private readonly RegistryRef _image;
    private readonly RegistryHttp _http;
    private readonly TokenSource _tokens;
    private readonly Queue<string> _schemes;

    public RegistryClient(RegistryRef image, FetchOptions options, TimeProvider clock)
    {
        _image = image;
        _http = new RegistryHttp(options);
        _tokens = new TokenSource(_http);
        Retries = new RetryLoop(clock);

        // Where plain HTTP is allowed, a registry on this machine most likely speaks it; elsewhere TLS is worth the first try.
        _schemes = new Queue<string>(!options.AllowHttp ? ["https"] : IsLoopback(image.Host) ? ["http", "https"] : ["https", "http"]);
    }

    public RetryLoop Retries { get; }

    /// <summary>One attempt.</summary>
    /// <returns>A success; its content is yet to be read.</returns>
    /// <exception cref="RetryException">It may work later.</exception>
    public async Task<HttpResponseMessage> GetAsync(RegistryRequest request, CancellationToken ct)
    {
        AuthenticationHeaderValue? authorization = _tokens.Current;
        HttpResponseMessage response = await SendAsync(request, authorization, ct);
        if (response.StatusCode == HttpStatusCode.Unauthorized && Challenge.From(response) is { } challenge)
        {
            response.Dispose();
            authorization = await _tokens.RenewAsync(challenge, authorization, ct);
            response = await SendAsync(request, authorization, ct);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await Refusal.ExplainAsync(response, request, _image.Host, ct);
        }
    }

    public void Dispose()
    {
        _tokens.Dispose();
        _http.Dispose();
    }

    private async Task<HttpResponseMessage> SendAsync(RegistryRequest request, AuthenticationHeaderValue? authorization, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                Uri address = new($"{_schemes.Peek()}://{_image.ApiHost}/v2/{_image.Repository}/{request.Path}");
                HttpResponseMessage response = await _http.GetAsync(address, authorization, request.Accept, request.Offset, ct);

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
                    throw _http.Explain(failure, _image.Host);
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
