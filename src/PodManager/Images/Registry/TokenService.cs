using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using PodManager.Images.Credentials;
using PodManager.Images.Oci;

namespace PodManager.Images.Registry;

/// <summary>Gets tokens from the service that a registry names (distribution, token and OAuth 2 authentication).</summary>
internal sealed class TokenService(RegistryHttp http)
{
    private const int AnswerLimit = 1 << 20;

    /// <param name="challenge">The registry's demand, whose realm may be given the login.</param>
    /// <param name="login">Null for a token that anybody gets.</param>
    /// <param name="host">The registry, for messages.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<AuthenticationHeaderValue> GetAsync(Challenge challenge, Credential? login, string host, CancellationToken ct)
    {
        string realm = challenge.Realm.Authority;
        try
        {
            using HttpResponseMessage response = await http.SendAsync(CallFor(challenge, login), ct);
            if (!response.IsSuccessStatusCode)
            {
                throw Refused(response, realm, login, host);
            }

            byte[] body = await Refusal.ReadAsync(response, AnswerLimit, "the token service's answer", ct);
            TokenResponse? answer = JsonSerializer.Deserialize(body, OciJson.Default.TokenResponse);
            string? token = string.IsNullOrEmpty(answer?.Token) ? answer?.AccessToken : answer.Token;
            return string.IsNullOrEmpty(token)
                ? throw new PodctlException(ExitCode.Failed, $"'{realm}' gives no token")
                : Bearer(token, realm);
        }
        catch (HttpRequestException failure)
        {
            throw http.Explain(failure, challenge.Realm, realm);
        }
        catch (JsonException)
        {
            // Its words may quote a token.
            throw new PodctlException(ExitCode.Failed, $"'{realm}' gives no valid token");
        }
    }

    /// <summary>A token as a request carries it.</summary>
    public static AuthenticationHeaderValue Bearer(string token, string from) => token.All(static c => c is > ' ' and < '\x7f')
        ? new AuthenticationHeaderValue("Bearer", token)
        : throw new PodctlException(ExitCode.Failed, $"the token from '{from}' is not valid");

    private static HttpCall CallFor(Challenge challenge, Credential? login)
    {
        if (login?.IdentityToken is { } identity)
        {
            Dictionary<string, string> form = new() { ["grant_type"] = "refresh_token", ["client_id"] = "podctl", ["refresh_token"] = identity };
            foreach ((string name, string? value) in (ReadOnlySpan<(string, string?)>)[("service", challenge.Service), ("scope", challenge.Scope)])
            {
                if (!string.IsNullOrEmpty(value))
                {
                    form[name] = value;
                }
            }

            return new HttpCall(challenge.Realm) { Method = HttpMethod.Post, Form = form };
        }

        return new HttpCall(challenge.TokenUri) { Authorization = login?.Basic is { } basic ? new AuthenticationHeaderValue("Basic", basic) : null };
    }

    private static Exception Refused(HttpResponseMessage response, string realm, Credential? login, string host)
    {
        // OAuth's own word for a refresh token that is not good any more is 400 (RFC 6749, 5.2).
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
            || response.StatusCode == HttpStatusCode.BadRequest && login?.IdentityToken is not null)
        {
            return login is null
                ? new PodctlException(ExitCode.NotPermitted, $"'{realm}' gives no token for it without a login", Refusal.LoginHint(host, login))
                : new PodctlException(ExitCode.NotPermitted, $"'{realm}' refuses the login for '{host}'", Refusal.LoginHint(host, login));
        }

        return Refusal.IsPassing(response.StatusCode)
            ? new RetryException($"'{realm}' answers {(int)response.StatusCode}", Refusal.RetryAfter(response))
            : new PodctlException(ExitCode.Failed, $"'{realm}' gives no token: it answers {(int)response.StatusCode}");
    }
}
