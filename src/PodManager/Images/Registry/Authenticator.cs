using System.Net.Http.Headers;
using PodManager.Images.Credentials;

namespace PodManager.Images.Registry;

/// <summary>
/// Answers a registry's demands for a login or a token, and keeps the last answer: all transfers of an image share it. A login goes to the registry
/// itself, and to the token service that it names over a connection that nobody can have tampered with.
/// </summary>
internal sealed class Authenticator(RegistryHttp http, RegistryEndpoint endpoint, ICredentialSource logins) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly TokenService _tokens = new(http);
    private Credential? _login;
    private bool _isLookedUp;

    /// <summary>Null as long as nothing was demanded.</summary>
    public AuthenticationHeaderValue? Current { get; private set; }

    /// <summary>The login that was used.</summary>
    public Credential? Login => _login;

    /// <summary>Finds what a refused request should carry, unless another transfer has already done so.</summary>
    /// <param name="refusal">The refusal.</param>
    /// <param name="refused">What the refused request carried.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Null if there is nothing better than what was refused.</returns>
    public async Task<AuthenticationHeaderValue?> AnswerAsync(HttpResponseMessage refusal, AuthenticationHeaderValue? refused, CancellationToken ct)
    {
        Uri? from = refusal.RequestMessage?.RequestUri;
        if (from is null || from.Authority != new Uri($"{from.Scheme}://{endpoint.ApiHost}").Authority)
        {
            return null; // a redirection led to a host that has no business with this registry's logins
        }

        await _gate.WaitAsync(ct);
        try
        {
            if (Current is not null && Current != refused)
            {
                return Current;
            }

            AuthenticationHeaderValue? answer = await FindAsync(refusal, from, ct);
            Current = answer ?? Current;
            return answer;
        }
        finally
        {
            _ = _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<AuthenticationHeaderValue?> FindAsync(HttpResponseMessage refusal, Uri from, CancellationToken ct)
    {
        Challenge? challenge = Challenge.From(refusal);
        if (challenge is null && !Challenge.WantsBasic(refusal))
        {
            return null;
        }

        if (!_isLookedUp)
        {
            _login = await logins.FindAsync(endpoint.Host, endpoint.Repository, ct);
            _isLookedUp = true;
        }

        AuthenticationHeaderValue? answer = challenge is null ? Basic()
            : _login?.RegistryToken is { } token ? TokenService.Bearer(token, _login.Origin)
            : await AskAsync(challenge, from, ct);
        return answer is not null && answer.Equals(Current) && challenge is null ? null : answer;
    }

    private AuthenticationHeaderValue? Basic() =>
        _login is { Basic: null }
            ? throw new PodctlException(ExitCode.NotPermitted, $"'{endpoint.Host}' wants a password, and the login in '{_login.Origin}' has none", Refusal.LoginHint(endpoint.Host, _login))
        : _login is null ? null
        : new AuthenticationHeaderValue("Basic", _login.Basic);

    private Task<AuthenticationHeaderValue> AskAsync(Challenge challenge, Uri from, CancellationToken ct)
    {
        Uri realm = challenge.Realm;
        if (!http.IsAllowed(realm))
        {
            throw new PodctlException(
                ExitCode.Failed,
                $"the registry sends to '{realm.Scheme}://{realm.Authority}' for a token, which is not encrypted",
                "`--insecure-options=http` allows it");
        }

        if (_login is not null && realm.Host != from.Host && !http.IsTrusted(from))
        {
            throw new PodctlException(
                ExitCode.NotPermitted,
                $"'{endpoint.Host}' wants the login to be sent to '{realm.Authority}', but the connection to '{endpoint.Host}' is not secure",
                "use HTTPS with a certificate that can be verified");
        }

        return _tokens.GetAsync(challenge, _login, endpoint.Host, ct);
    }
}
