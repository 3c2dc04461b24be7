using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PodManager.Images;
using PodManager.Images.Oci;
using PodManager.Images.Registry;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Tests.Images.Tar;
using Xunit;

namespace PodManager.Tests.Images.Registry;

public sealed class RegistryOriginTests : IDisposable
{
    private static readonly FetchOptions Plain = new(PullPolicy.Update, AllowHttp: true, AllowBadTls: false);

    private readonly TestRegistry _registry = new();
    private readonly FakeClock _clock = new();
    private readonly TestImage _image = new TestImage().Layer(new TarBuilder().File("file", new string('x', 5000)).File("random", Convert.ToBase64String(RandomNumberGenerator.GetBytes(60_000))));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Blob Layer => new(ContentHash.Of(_image.Blobs[0]), _image.Blobs[0].Length, "");

    public void Dispose() => _registry.Dispose();

    [Fact]
    public async Task A_manifest_is_had_by_its_tag()
    {
        _ = _registry.Add("some/app", _image, "1.0");

        ImageDocument manifest = await ReadAsync("some/app:1.0");

        Assert.Equal(ContentHash.Of(_image.Manifest), manifest.Digest);
        Assert.Equal(MediaTypes.OciManifest, manifest.MediaType);
        TestRequest request = Assert.Single(_registry.Requests);
        Assert.Null(request.Authorization);
        Assert.All(MediaTypes.Manifests, type => Assert.Contains(type, request.Headers["accept"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_manifest_of_another_digest_than_asked_for_is_refused()
    {
        _registry.Put($"/v2/app/manifests/{new string('0', 64).Insert(0, "sha256:")}", _image.Manifest, MediaTypes.OciManifest);

        await FailsAsync(ExitCode.Failed, () => ReadAsync($"app@sha256:{new string('0', 64)}"));
    }

    [Fact]
    public async Task A_manifest_of_another_digest_than_announced_is_refused()
    {
        _ = _registry.Add("app", _image);
        _registry.Intercept = request => _registry.Answer(request) with
        {
            Headers = new() { ["Content-Type"] = MediaTypes.OciManifest, ["Docker-Content-Digest"] = $"sha256:{new string('a', 64)}" },
        };

        await FailsAsync(ExitCode.Failed, () => ReadAsync("app"));
    }

    [Fact]
    public async Task A_manifest_larger_than_any_is_refused()
    {
        _registry.Put("/v2/app/manifests/latest", new byte[(4 << 20) + 1], MediaTypes.OciManifest);

        await FailsAsync(ExitCode.Failed, () => ReadAsync("app"));
    }

    [Fact]
    public async Task A_name_that_is_unknown_says_so_with_the_registrys_words()
    {
        PodctlException failure = await FailsAsync(ExitCode.NotFound, () => ReadAsync("app"));

        Assert.Contains("manifest unknown", failure.Message, StringComparison.Ordinal);
        _ = Assert.Single(_registry.Requests); // this does not get better by trying again
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_registry_that_wants_a_login_is_no_riddle(int status)
    {
        _registry.Intercept = _ => new TestResponse(status) { Headers = new() { ["WWW-Authenticate"] = "Basic realm=\"private\"" } };

        _ = await FailsAsync(ExitCode.NotPermitted, () => ReadAsync("app"));
    }

    [Fact]
    public async Task A_token_is_fetched_when_it_is_demanded_and_used_from_then_on()
    {
        _ = _registry.Add("app", _image);
        int tokens = 0;
        _registry.Intercept = request =>
        {
            if (request.Path.StartsWith("/token", StringComparison.Ordinal))
            {
                tokens++;
                Assert.Equal("/token?a=b&service=the%20registry&scope=repository%3Aapp%3Apull%2Cpush", request.Path);
                return new TestResponse(200) { Body = """{"access_token":"secret"}"""u8.ToArray() };
            }

            return request.Authorization == "Bearer secret" ? null : Challenge("the registry", "repository:app:pull,push", "?a=b");
        };
        using RegistryOrigin origin = Open("app");

        _ = await origin.ReadNamedAsync(Ct);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => DownloadAsync(origin)));

        Assert.Equal(1, tokens);
        Assert.Equal(1 + 1 + 1 + 3, _registry.Requests.Count);
    }

    [Fact]
    public async Task A_token_that_has_run_out_is_replaced()
    {
        _ = _registry.Add("app", _image);
        int tokens = 0;
        _registry.Intercept = request => request.Path.StartsWith("/token", StringComparison.Ordinal)
            ? new TestResponse(200) { Body = Encoding.ASCII.GetBytes($$"""{"token":"t{{++tokens}}"}""") }
            : request.Authorization == $"Bearer t{tokens}" && !(tokens == 1 && request.Path.Contains("/blobs/", StringComparison.Ordinal)) ? null : Challenge("s", "x");
        using RegistryOrigin origin = Open("app");

        _ = await origin.ReadNamedAsync(Ct);
        Assert.Equal(_image.Blobs[0], await DownloadAsync(origin));

        Assert.Equal(2, tokens);
    }

    [Fact]
    public async Task A_token_that_is_refused_ends_it()
    {
        _registry.Intercept = static request => request.Path.StartsWith("/token", StringComparison.Ordinal) ? new TestResponse(200) { Body = """{"token":"t"}"""u8.ToArray() } : null;
        Func<TestRequest, TestResponse?> inner = _registry.Intercept;
        _registry.Intercept = request => inner(request) ?? Challenge("s", "x");

        _ = await FailsAsync(ExitCode.NotPermitted, () => ReadAsync("app"));
        Assert.Equal(3, _registry.Requests.Count);
    }

    [Fact]
    public async Task Without_permission_nothing_is_asked_in_plain_HTTP()
    {
        using RegistryOrigin origin = Open(Reference("app"), Plain with { AllowHttp = false });

        PodctlException failure = await FailsAsync(ExitCode.Failed, () => origin.ReadNamedAsync(Ct));

        Assert.Contains("http", failure.Hint!, StringComparison.Ordinal);
        Assert.Empty(_registry.Requests);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused_unless_that_is_allowed()
    {
        using X509Certificate2 certificate = MakeCertificate();
        using TestRegistry registry = new(certificate);
        _ = registry.Add("app", _image);
        RegistryRef reference = (RegistryRef)ImageRef.Parse($"{registry.Host}/app");
        FetchOptions strict = new(PullPolicy.Update, AllowHttp: false, AllowBadTls: false);

        using (RegistryOrigin origin = Open(reference, strict))
        {
            PodctlException failure = await FailsAsync(ExitCode.Failed, () => origin.ReadNamedAsync(Ct));
            Assert.Contains("tls", failure.Hint!, StringComparison.Ordinal);
        }

        using RegistryOrigin lax = Open(reference, strict with { AllowBadTls = true });
        Assert.Equal(ContentHash.Of(_image.Manifest), (await lax.ReadNamedAsync(Ct)).Digest);
    }

    [Fact]
    public async Task Where_plain_HTTP_is_allowed_TLS_is_found_too()
    {
        using X509Certificate2 certificate = MakeCertificate();
        using TestRegistry registry = new(certificate);
        _ = registry.Add("app", _image);
        using RegistryOrigin origin = Open((RegistryRef)ImageRef.Parse($"{registry.Host}/app"), Plain with { AllowBadTls = true });

        Assert.Equal(ContentHash.Of(_image.Manifest), (await origin.ReadNamedAsync(Ct)).Digest);
    }

    [Fact]
    public async Task A_refused_connection_is_said_at_once()
    {
        RegistryRef reference = Reference("app");
        _registry.Dispose();
        using RegistryOrigin origin = Open(reference, Plain);

        PodctlException failure = await FailsAsync(ExitCode.Failed, () => origin.ReadNamedAsync(Ct));

        Assert.Contains("Connection refused", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_clock.Delays);
    }

    [Fact]
    public async Task A_redirection_to_another_host_does_not_carry_the_token()
    {
        using TestRegistry other = new(address: IPAddress.Parse("127.0.0.2"));
        _ = other.Add("app", _image);
        _ = _registry.Add("app", _image);
        _registry.Intercept = request =>
            request.Path.StartsWith("/token", StringComparison.Ordinal) ? new TestResponse(200) { Body = """{"token":"t"}"""u8.ToArray() }
            : request.Authorization is null ? Challenge("s", "x")
            : request.Path.StartsWith("/v2/app/blobs", StringComparison.Ordinal) ? Redirect("/moved" + request.Path)
            : request.Path.StartsWith("/moved", StringComparison.Ordinal) ? Redirect($"http://{other.Host}{request.Path["/moved".Length..]}")
            : null;
        using RegistryOrigin origin = Open("app");

        Assert.Equal(_image.Blobs[0], await DownloadAsync(origin));

        Assert.Equal("Bearer t", _registry.Requests.Last().Authorization); // on the same host it goes along
        Assert.Null(Assert.Single(other.Requests).Authorization);
    }

    [Fact]
    public async Task A_redirection_without_end_is_left()
    {
        _registry.Intercept = static request => Redirect(request.Path);

        _ = await FailsAsync(ExitCode.Failed, () => ReadAsync("app"));
    }

    [Fact]
    public async Task A_redirection_out_of_TLS_is_refused()
    {
        using X509Certificate2 certificate = MakeCertificate();
        using TestRegistry registry = new(certificate);
        registry.Intercept = request => Redirect($"http://{_registry.Host}{request.Path}");
        using RegistryOrigin origin = Open((RegistryRef)ImageRef.Parse($"{registry.Host}/app"), new FetchOptions(PullPolicy.Update, AllowHttp: false, AllowBadTls: true));

        _ = await FailsAsync(ExitCode.Failed, () => origin.ReadNamedAsync(Ct));
        Assert.Empty(_registry.Requests);
    }

    [Fact]
    public async Task A_busy_registry_is_asked_again_when_it_says()
    {
        _ = _registry.Add("app", _image);
        int failures = 0;
        _registry.Intercept = _ => ++failures switch
        {
            1 => new TestResponse(429) { Headers = new() { ["Retry-After"] = "7" } },
            2 => new TestResponse(503),
            3 => new TestResponse(500),
            _ => null,
        };

        _ = await ReadAsync("app");

        Assert.Equal([7, 1, 2], _clock.Delays.Select(static delay => delay.TotalSeconds));
    }

    [Fact]
    public async Task A_registry_that_stays_busy_is_given_up()
    {
        _registry.Intercept = static _ => new TestResponse(503);

        _ = await FailsAsync(ExitCode.Failed, () => ReadAsync("app"));

        Assert.Equal(5, _registry.Requests.Count);
    }

    [Fact]
    public async Task A_registry_that_asks_for_too_much_patience_is_given_up()
    {
        _registry.Intercept = static _ => new TestResponse(429) { Headers = new() { ["Retry-After"] = "3600" } };

        _ = await FailsAsync(ExitCode.Failed, () => ReadAsync("app"));

        _ = Assert.Single(_registry.Requests);
    }

    [Fact]
    public async Task A_transfer_that_breaks_goes_on_where_it_stopped()
    {
        _ = _registry.Add("app", _image);
        _registry.Intercept = request => request.Offset switch
        {
            0 => _registry.Answer(request) with { CutAfter = 10_000 },
            10_000 => _registry.Answer(request) with { CutAfter = 20_000 },
            _ => null,
        };

        Assert.Equal(_image.Blobs[0], await DownloadAsync(Open("app")));

        Assert.Equal([0, 10_000, 30_000], _registry.Requests.Select(static request => request.Offset));
    }

    [Fact]
    public async Task A_transfer_goes_on_also_where_ranges_are_unknown()
    {
        _ = _registry.Add("app", _image);
        int requests = 0;
        _registry.Intercept = request => _registry.Answer(request with { Headers = new Dictionary<string, string>() }) with { CutAfter = ++requests == 1 ? 10_000 : int.MaxValue };

        Assert.Equal(_image.Blobs[0], await DownloadAsync(Open("app")));

        Assert.Equal(2, requests);
    }

    [Fact]
    public async Task A_registry_that_sends_another_range_is_left()
    {
        _ = _registry.Add("app", _image);
        _registry.Intercept = request => request.Offset == 0
            ? _registry.Answer(request) with { CutAfter = 10_000 }
            : new TestResponse(206) { Headers = new() { ["Content-Range"] = "bytes 5-9/10" }, Body = new byte[5] };

        _ = await FailsAsync(ExitCode.Failed, () => DownloadAsync(Open("app")));
    }

    [Fact]
    public async Task A_transfer_that_always_breaks_is_given_up()
    {
        _ = _registry.Add("app", _image);
        _registry.Intercept = request => _registry.Answer(request) with { CutAfter = 0 };
        _ = await FailsAsync(ExitCode.Failed, () => DownloadAsync(Open("app")));
        Assert.Equal(5, _registry.Requests.Count);

        // A byte each time is progress, but not for ever.
        _registry.Intercept = request => _registry.Answer(request) with { CutAfter = 1 };
        _ = await FailsAsync(ExitCode.Failed, () => DownloadAsync(Open("app")));
        Assert.Equal(5 + 51, _registry.Requests.Count);
    }

    [Fact]
    public async Task Wrong_content_and_wrong_lengths_are_found_at_the_end()
    {
        _ = _registry.Add("app", _image);
        byte[] wrong = [.. _image.Blobs[0]];
        wrong[^1] ^= 1;
        _registry.Intercept = _ => new TestResponse(200) { Body = wrong };
        _ = await FailsAsync(ExitCode.Failed, () => DownloadAsync(Open("app")));

        _registry.Intercept = _ => new TestResponse(200) { Body = [.. _image.Blobs[0], 0] };
        _ = await FailsAsync(ExitCode.Failed, () => DownloadAsync(Open("app")));
    }

    private static TestResponse Redirect(string to) => new(307) { Headers = new() { ["Location"] = to } };

    private TestResponse Challenge(string service, string scope, string query = "") =>
        new(401) { Headers = new() { ["WWW-Authenticate"] = $"Bearer realm=\"http://{_registry.Host}/token{query}\",service=\"{service}\",scope=\"{scope}\"" } };

    private RegistryRef Reference(string name) => (RegistryRef)ImageRef.Parse($"{_registry.Host}/{name}");

    private RegistryOrigin Open(string name) => Open(Reference(name), Plain);

    private RegistryOrigin Open(RegistryRef reference, FetchOptions options) => new TestHost(_clock).Registries.Open(reference, options);

    private async Task<ImageDocument> ReadAsync(string name)
    {
        using RegistryOrigin origin = Open(name);
        return await origin.ReadNamedAsync(Ct);
    }

    private async Task<byte[]> DownloadAsync(RegistryOrigin origin)
    {
        await using VerifyingStream stream = new(await origin.OpenAsync(Layer, Ct), Layer, new FakeProgress().Start("x", null));
        using MemoryStream content = new();
        await stream.CopyToAsync(content, Ct);
        return content.ToArray();
    }

    private static async Task<PodctlException> FailsAsync(ExitCode code, Func<Task> action)
    {
        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(action);
        Assert.Equal(code, failure.Code);
        return failure;
    }

    private static X509Certificate2 MakeCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=registry", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
