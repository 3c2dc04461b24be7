using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using PodManager.Images.Oci;

namespace PodManager.Images.Registry;

/// <summary>Gets the tokens that a registry demands for one repository, and keeps the last one: all transfers of an image share it.</summary>
internal sealed class TokenSource(RegistryHttp http) : IDisposable
{
    private const int AnswerLimit = 1 << 20;
    private readonly SemaphoreSlim _gate = new(1);

    /// <summary>Null as long as nothing was demanded.</summary>
    public AuthenticationHeaderValue? Current { get; private set; }

    /// <summary>Gets a token after a refusal, unless another transfer has already done so.</summary>
    /// <param name="challenge">The registry's demand.</param>
    /// <param name="refused">What the refused request carried.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<AuthenticationHeaderValue> RenewAsync(Challenge challenge, AuthenticationHeaderValue? refused, CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            return Current is not null && Current != refused ? Current : Current = new AuthenticationHeaderValue("Bearer", await FetchAsync(challenge, ct));
        }
        finally
        {
            _ = _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<string> FetchAsync(Challenge challenge, CancellationToken ct)
    {
        string host = challenge.Realm.Authority;
        if (!http.IsAllowed(challenge.Realm))
        {
            throw new PodctlException(
                ExitCode.Failed, $"the registry sends to '{challenge.Realm.Scheme}://{host}' for a token, which is not encrypted", "`--insecure-options=http` allows it");
        }

        try
        {
            using HttpResponseMessage response = await http.GetAsync(challenge.TokenUri, authorization: null, accept: [], offset: 0, ct);
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                throw new PodctlException(
                    ExitCode.NotPermitted, $"'{host}' gives no token for it without a login", "the name may be wrong, or the repository private");
            }

            if (!response.IsSuccessStatusCode)
            {
                throw Refusal.IsPassing(response.StatusCode)
                    ? new RetryException($"'{host}' answers {(int)response.StatusCode}", Refusal.RetryAfter(response))
                    : new PodctlException(ExitCode.Failed, $"'{host}' gives no token: it answers {(int)response.StatusCode}");
            }

            byte[] body = await Refusal.ReadAsync(response, AnswerLimit, "the token service's answer", ct);
            TokenResponse? token = JsonSerializer.Deserialize(body, OciJson.Default.TokenResponse);
            return token?.Token ?? token?.AccessToken ?? throw new PodctlException(ExitCode.Failed, $"'{host}' gives no token");
        }
        catch (HttpRequestException failure)
        {
            throw http.Explain(failure, host);
        }
        catch (JsonException damaged)
        {
            throw new PodctlException(ExitCode.Failed, $"'{host}' gives no valid token", cause: damaged);
        }
    }
}
