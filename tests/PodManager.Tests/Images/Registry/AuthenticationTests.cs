using System.Net;
using System.Text;
using PodManager.Images;
using PodManager.Images.Oci;
using PodManager.Images.Registry;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Tests.Images.Tar;
using Xunit;

namespace PodManager.Tests.Images.Registry;

/// <summary>Who gets which login.</summary>
public sealed class AuthenticationTests : IDisposable
{
    private static readonly FetchOptions Plain = new(PullPolicy.Update, AllowHttp: true, AllowBadTls: false);
    private static readonly string Basic = $"Basic {Convert.ToBase64String("user:s3cret"u8)}";

    private readonly TestRegistry _registry = new();
    private readonly TestHost _host = new(new FakeClock());
    private readonly TestImage _image = new TestImage().Layer(new TarBuilder().File("file", new string('x', 5000)));

    public AuthenticationTests() => _registry.Add("team/app", _image);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _registry.Dispose();
        _host.Dispose();
    }

    [Fact]
    public async Task A_password_goes_to_a_registry_that_asks_for_one()
    {
        _registry.Intercept = request => request.Authorization == Basic ? null : Demand("Basic realm=\"private\"");
        _ = KeepLogin();

        _ = await ReadAsync();

        Assert.Equal([null, Basic], _registry.Requests.Select(static request => request.Authorization));
    }

    [Fact]
    public async Task A_registry_that_asks_for_nothing_gets_nothing()
    {
        _ = KeepLogin();

        _ = await ReadAsync();

        Assert.Null(Assert.Single(_registry.Requests).Authorization);
    }

    [Fact]
    public async Task A_password_that_is_refused_is_tried_once_and_kept_secret()
    {
        _registry.Intercept = static _ => Demand("Basic realm=\"private\"");
        string file = KeepLogin();

        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(ReadAsync);

        Assert.Equal(ExitCode.NotPermitted, failure.Code);
        Assert.Contains(file, failure.Hint!, StringComparison.Ordinal);
        Assert.Equal(2, _registry.Requests.Count);
        AssertNoSecret(failure);
    }

    [Fact]
    public async Task A_token_is_given_for_the_login()
    {
        _registry.Intercept = request => request.Path.StartsWith("/token", StringComparison.Ordinal)
            ? new TestResponse(request.Authorization == Basic ? 200 : 401) { Body = """{"token":"tok3n"}"""u8.ToArray() }
            : request.Authorization == "Bearer tok3n" ? null : TokenDemand(_registry.Host);
        _ = KeepLogin();

        _ = await ReadAsync();

        Assert.Equal([null, Basic, "Bearer tok3n"], _registry.Requests.Select(static request => request.Authorization));
    }

    [Fact]
    public async Task A_token_service_that_refuses_the_login_is_named_without_it()
    {
        _registry.Intercept = request => request.Path.StartsWith("/token", StringComparison.Ordinal) ? new TestResponse(401) : TokenDemand(_registry.Host);
        _ = KeepLogin();

        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(ReadAsync);

        Assert.Equal(ExitCode.NotPermitted, failure.Code);
        Assert.Contains("refuses the login", failure.Message, StringComparison.Ordinal);
        AssertNoSecret(failure);
    }

    [Fact]
    public async Task An_identity_token_is_exchanged_by_a_form()
    {
        _registry.Intercept = request => request.Path.StartsWith("/token", StringComparison.Ordinal)
            ? new TestResponse(request.Method == "POST" ? 200 : 400) { Body = """{"access_token":"tok3n"}"""u8.ToArray() }
            : request.Authorization == "Bearer tok3n" ? null : TokenDemand(_registry.Host);
        _ = Keep(_registry.Host, """{"identitytoken":"ident/ity"}""");

        _ = await ReadAsync();

        TestRequest exchange = Assert.Single(_registry.Requests, static request => request.Method == "POST");
        Assert.Equal("/token", exchange.Path);
        Assert.Null(exchange.Authorization);
        Assert.Equal(
            ["client_id=podctl", "grant_type=refresh_token", "refresh_token=ident%2Fity", "scope=repository%3Ateam%2Fapp%3Apull", "service=s"],
            exchange.Body.Split('&').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_form_with_an_identity_token_follows_no_redirection()
    {
        using TestRegistry other = new(address: IPAddress.Parse("127.0.0.2"));
        _registry.Intercept = request => request.Path.StartsWith("/token", StringComparison.Ordinal)
            ? new TestResponse(307) { Headers = new() { ["Location"] = $"http://{other.Host}/token" } }
            : TokenDemand(_registry.Host);
        _ = Keep(_registry.Host, """{"identitytoken":"identity"}""");

        _ = await Assert.ThrowsAsync<PodctlException>(ReadAsync);

        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task A_token_that_runs_out_in_the_middle_of_a_transfer_is_renewed()
    {
        int tokens = 0;
        byte[] layer = _image.Blobs[0];
        _registry.Intercept = request =>
            request.Path.StartsWith("/token", StringComparison.Ordinal) ? new TestResponse(request.Authorization == Basic ? 200 : 401) { Body = Encoding.ASCII.GetBytes($$"""{"token":"t{{++tokens}}"}""") }
            : request.Authorization != $"Bearer t{tokens}" || tokens == 1 && request.Offset > 0 ? TokenDemand(_registry.Host)
            : request.Path.Contains("/blobs/", StringComparison.Ordinal) && request.Offset == 0 ? _registry.Answer(request) with { CutAfter = 20 }
            : null;
        _ = KeepLogin();
        using RegistryOrigin origin = Open();
        Blob blob = new(ContentHash.Of(layer), layer.Length, "");

        await using Stream stream = await origin.OpenAsync(blob, Ct);
        using MemoryStream content = new();
        await stream.CopyToAsync(content, Ct);

        Assert.Equal(layer, content.ToArray());
        Assert.Equal(2, tokens);
    }

    [Fact]
    public async Task A_host_that_a_redirection_leads_to_cannot_ask_for_the_login()
    {
        using TestRegistry other = new(address: IPAddress.Parse("127.0.0.2"));
        other.Intercept = request => request.Path.StartsWith("/token", StringComparison.Ordinal) ? new TestResponse(200) { Body = """{"token":"t"}"""u8.ToArray() } : TokenDemand(other.Host);
        _registry.Intercept = request => new TestResponse(307) { Headers = new() { ["Location"] = $"http://{other.Host}{request.Path}" } };
        _ = KeepLogin();

        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(ReadAsync);

        Assert.Equal(ExitCode.NotPermitted, failure.Code);
        Assert.Null(Assert.Single(other.Requests).Authorization);
    }

    [Fact]
    public async Task A_login_is_for_the_registry_that_it_is_kept_for()
    {
        _registry.Intercept = static _ => Demand("Basic realm=\"private\"");
        _ = Keep($"{_registry.Host}/other", Login);

        _ = await Assert.ThrowsAsync<PodctlException>(ReadAsync);

        Assert.Null(Assert.Single(_registry.Requests).Authorization);
    }

    [Fact]
    public async Task A_realm_that_is_not_encrypted_gets_nothing_from_a_registry_that_is()
    {
        using TestCertificates certificates = new();
        using TestRegistry registry = new(certificates.Server);
        registry.Intercept = request => TokenDemand(_registry.Host);
        _ = _host.Write($"etc/containers/certs.d/{registry.Host}/ca.crt", certificates.AuthorityPem);
        _ = Keep(registry.Host, Login);
        using RegistryOrigin origin = _host.Registries.Open((RegistryRef)ImageRef.Parse($"{registry.Host}/team/app"), Plain with { AllowHttp = false });

        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(() => origin.ReadNamedAsync(Ct));

        Assert.Contains("not encrypted", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_registry.Requests);
    }

    private static string Login => $$"""{"auth":"{{Basic[6..]}}"}""";

    private string KeepLogin() => Keep(_registry.Host, Login);

    private string Keep(string name, string login) => _host.Write("run/containers/0/auth.json", "{\"auths\":{\"" + name + "\":" + login + "}}");

    private RegistryOrigin Open() => _host.Registries.Open((RegistryRef)ImageRef.Parse($"{_registry.Host}/team/app"), Plain);

    private async Task<ImageDocument> ReadAsync()
    {
        using RegistryOrigin origin = Open();
        return await origin.ReadNamedAsync(Ct);
    }

    private void AssertNoSecret(Exception failure)
    {
        string said = failure + string.Join('\n', _host.Messages.All);
        Assert.DoesNotContain("s3cret", said, StringComparison.Ordinal);
        Assert.DoesNotContain(Basic[6..], said, StringComparison.Ordinal);
    }

    private static TestResponse Demand(string challenge) => new(401) { Headers = new() { ["WWW-Authenticate"] = challenge } };

    private static TestResponse TokenDemand(string host) => Demand($"Bearer realm=\"http://{host}/token\",service=\"s\",scope=\"repository:team/app:pull\"");
}
