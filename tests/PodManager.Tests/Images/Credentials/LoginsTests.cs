using System.Text.Json.Nodes;
using Common.Native;
using PodManager.Images.Credentials;
using PodManager.Lifecycle;
using PodManager.Tests.Images.Registry;
using Xunit;

namespace PodManager.Tests.Images.Credentials;

public sealed class LoginsTests : IDisposable
{
    private static readonly string Basic = Convert.ToBase64String("user:s3cret+/"u8);

    private readonly TestRegistry _registry = new();
    private readonly TestHost _host = new(new FakeClock());

    public LoginsTests()
    {
        _registry.Put("/v2/", "{}"u8.ToArray(), "application/json");
        _registry.Intercept = static request => request.Authorization == $"Basic {Basic}" ? null : new TestResponse(401) { Headers = new() { ["WWW-Authenticate"] = "Basic realm=\"x\"" } };
        _host.Variables["PATH"] = _host.Path("bin");
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string File => _host.Path("run/containers/0/auth.json");

    private Logins Logins => new(_host.Environment, _host.Registries, _host.Messages);

    public void Dispose()
    {
        _registry.Dispose();
        _host.Dispose();
    }

    [Fact]
    public async Task A_login_that_is_good_is_kept_for_its_owner_only()
    {
        Assert.Equal(File, await LoginAsync(_registry.Host));

        Assert.Equal(0x8180u, ModeOf(File));
        Assert.Equal(0x41c0u, ModeOf(Path.GetDirectoryName(File)!));
        Credential? found = await new CredentialStore(_host.Environment, authFile: null, _host.Messages).FindAsync(_registry.Host, "app", Ct);
        Assert.Equal(("user", "s3cret+/"), (found!.User, found.Password));
        Assert.Empty(_host.Messages.Warnings);
    }

    [Fact]
    public async Task A_login_that_is_refused_is_not_kept()
    {
        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(() => LoginAsync(_registry.Host, password: "wr0ng"));

        Assert.Equal(ExitCode.NotPermitted, failure.Code);
        Assert.False(System.IO.File.Exists(File));
        Assert.DoesNotContain("wr0ng", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_asks_for_nothing_is_told_of()
    {
        _registry.Intercept = static _ => null;

        _ = await LoginAsync(_registry.Host);

        Assert.Contains("asks for no login", Assert.Single(_host.Messages.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_else_in_the_file_stays()
    {
        string docker = _host.Write("docker.json", """{"auths":{"https://index.docker.io/v1/":{"auth":"YTpi"},"other.example":{"auth":"YTpi","email":"x"}},"HttpHeaders":{"User-Agent":"x"},"new":[1,null]}""");

        _ = await LoginAsync(_registry.Host, authFile: docker);
        JsonObject file = Read(docker);
        Assert.Equal(Basic, (string?)file["auths"]![_registry.Host]!["auth"]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"auth":"YTpi","email":"x"}"""), file["auths"]!["other.example"]));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("[1,null]"), file["new"]));

        Assert.Equal(docker, await Logins.LogoutAsync(_registry.Host, docker, Ct));
        Assert.Equal(docker, await Logins.LogoutAsync("docker.io", docker, Ct));
        file = Read(docker);
        Assert.Equal(["other.example"], ((JsonObject)file["auths"]!).Select(static entry => entry.Key));
        Assert.Equal("x", (string?)file["HttpHeaders"]!["User-Agent"]);
    }

    [Fact]
    public async Task A_damaged_file_is_left_alone()
    {
        _ = _host.Write("run/containers/0/auth.json", "{ s3cret");

        _ = await Assert.ThrowsAsync<PodctlException>(() => LoginAsync(_registry.Host));

        Assert.Equal("{ s3cret", await System.IO.File.ReadAllTextAsync(File, Ct));
    }

    [Fact]
    public async Task A_link_to_the_file_stays_one()
    {
        string real = _host.Write("real.json", "");
        _ = Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        _ = System.IO.File.CreateSymbolicLink(File, real);

        _ = await LoginAsync(_registry.Host);

        Assert.Equal(real, new FileInfo(File).LinkTarget);
        Assert.NotNull(Read(real)["auths"]![_registry.Host]);
    }

    [Fact]
    public async Task A_helper_keeps_and_erases_what_is_its()
    {
        string kept = _host.Path("kept");
        _ = _host.Write("bin/docker-credential-x", $"#!/bin/sh\ncase $1 in store) /bin/cat >{kept};; get) /bin/cat {kept};; erase) /bin/rm {kept};; esac\n", mode: 0x1c0);
        _ = _host.Write("run/containers/0/auth.json", $$$"""{"credHelpers":{"{{{_registry.Host}}}":"x"}}""");

        Assert.Equal("docker-credential-x", await LoginAsync(_registry.Host));
        Assert.Equal("s3cret+/", (string?)Read(kept)["Secret"]);
        Assert.Null(Read(File)["auths"]);

        Assert.Equal("docker-credential-x", await Logins.LogoutAsync(_registry.Host, authFile: null, Ct));
        Assert.False(System.IO.File.Exists(kept));
    }

    [Fact]
    public async Task A_logout_says_where_else_a_login_is()
    {
        _host.Variables["HOME"] = _host.Path("home");
        string docker = _host.Write("home/.docker/config.json", """{"auths":{"registry.example":{"auth":"YTpi"}}}""");

        Assert.Null(await Logins.LogoutAsync("registry.example", authFile: null, Ct));

        Assert.Contains(docker, Assert.Single(_host.Messages.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_logout_of_all_empties_the_file()
    {
        _ = _host.Write("run/containers/0/auth.json", """{"auths":{"a.example":{"auth":"YTpi"},"b.example/x":{"auth":"YTpi"}}}""");

        Assert.Equal(["a.example", "b.example/x"], await Logins.LogoutAllAsync(authFile: null, Ct));

        Assert.Empty((JsonObject)Read(File)["auths"]!);
    }

    private Task<string> LoginAsync(string registry, string password = "s3cret+/", string? authFile = null) => Logins.LoginAsync(
        new LoginRequest { Registry = registry, User = "user", Password = password, Options = new FetchOptions(PullPolicy.Update, AllowHttp: true, AllowBadTls: false, authFile) }, Ct);

    private static uint ModeOf(string path)
    {
        using Fd file = Files.Open(path, 0);
        return RawFiles.Status(file, [])!.Value.Mode;
    }

    private static JsonObject Read(string path) => (JsonObject)JsonNode.Parse(System.IO.File.ReadAllText(path))!;
}
