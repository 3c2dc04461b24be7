using PodManager.Images.Credentials;
using Xunit;

namespace PodManager.Tests.Images.Credentials;

public sealed class CredentialStoreTests : IDisposable
{
    private readonly TestHost _host = new(new FakeClock());

    public CredentialStoreTests()
    {
        _host.Variables["HOME"] = _host.Path("home");
        _host.Variables["XDG_RUNTIME_DIR"] = _host.Path("session");
        _host.Variables["PATH"] = _host.Path("bin");
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Places_count_in_their_order()
    {
        string[] places =
        [
            "usr/lib/podctl/auth.d/a.json", "etc/podctl/auth.d/a.json", "home/.docker/config.json", "home/.config/containers/auth.json",
            "run/containers/0/auth.json", "session/containers/auth.json",
        ];
        foreach (string place in places)
        {
            _ = _host.Write(place, place.Contains("auth.d", StringComparison.Ordinal) ? RktFile(place) : Auths(("registry.example", place)));
            Assert.Equal(place, (await FindAsync("registry.example", "app"))!.User);
        }

        _host.Variables["REGISTRY_AUTH_FILE"] = _host.Write("named", Auths(("registry.example", "named")));
        Assert.Equal("named", (await FindAsync("registry.example", "app"))!.User);
        Assert.Null(await FindAsync("other.example", "app"));
        Assert.Equal("flag", (await FindAsync("registry.example", "app", _host.Write("flag", Auths(("registry.example", "flag")))))!.User);
    }

    [Fact]
    public async Task Docker_and_the_user_may_keep_their_settings_elsewhere()
    {
        _host.Variables["XDG_CONFIG_HOME"] = _host.Path("config");
        _host.Variables["DOCKER_CONFIG"] = _host.Path("docker");
        _ = _host.Write("home/.docker/config.json", Auths(("registry.example", "wrong")));
        _ = _host.Write("docker/config.json", Auths(("registry.example", "docker")));
        Assert.Equal("docker", (await FindAsync("registry.example", "app"))!.User);

        _ = _host.Write("config/containers/auth.json", Auths(("registry.example", "config")));
        Assert.Equal("config", (await FindAsync("registry.example", "app"))!.User);
    }

    [Theory]
    [InlineData("registry.example", "team/app", "registry.example/team/app")]
    [InlineData("registry.example", "team/other", "registry.example/team")]
    [InlineData("registry.example", "teams/app", "registry.example")]
    [InlineData("registry.example:5000", "app", "registry.example:5000")]
    [InlineData("old.example", "app", "https://old.example/v1/")]
    [InlineData("older.example", "app", "older.example/v2/")]
    [InlineData("docker.io", "library/app", "https://index.docker.io/v1/")]
    [InlineData("none.example", "app", null)]
    public async Task The_most_specific_name_counts(string host, string repository, string? expected)
    {
        string[] names = ["registry.example", "registry.example/team", "registry.example/team/app", "registry.example:5000", "https://old.example/v1/", "older.example/v2/", "https://index.docker.io/v1/"];
        _ = _host.Write("home/.docker/config.json", Auths([.. names.Select(static name => (name, name.Replace(':', '_')))]));

        Assert.Equal(expected?.Replace(':', '_'), (await FindAsync(host, repository))?.User);
    }

    [Fact]
    public async Task A_mark_without_a_login_is_passed_over()
    {
        _ = _host.Write("run/containers/0/auth.json", """{"auths":{"registry.example":{},"registry.example/team":{"auth":""}},"HttpHeaders":{"a":"b"}}""");
        _ = _host.Write("home/.docker/config.json", Auths(("registry.example", "docker")));

        Assert.Equal("docker", (await FindAsync("registry.example", "team/app"))!.User);
    }

    [Theory]
    [InlineData("""{"auths":{"registry.example":{"auth":s3cret}}}""", "line 1, column 38")]
    [InlineData("""{"auths":{"registry.example":{"auth":"s3cret!"}}}""", "'registry.example' is damaged")]
    [InlineData("""{"auths":{"registry.example":{"auth":7}}}""", "line 1")]
    [InlineData("""["s3cret"]""", "line 1")]
    [InlineData("""{"credHelpers":{"s3cret":null}}""", "line 1")]
    public async Task A_damaged_file_is_named_and_not_quoted(string content, string place)
    {
        string path = _host.Write("run/containers/0/auth.json", content);

        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(() => FindAsync("registry.example", "app"));

        Assert.Equal(ExitCode.Usage, failure.Code);
        Assert.Contains($"'{path}'", failure.Message, StringComparison.Ordinal);
        Assert.Contains(place, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"rktKind":"dockerAuth","rktVersion":"v2","registries":["a"],"credentials":{"user":"u","password":"p"}}""")]
    [InlineData("""{"rktKind":"paths","rktVersion":"v1"}""")]
    [InlineData("""{"rktKind":"dockerAuth","rktVersion":"v1","credentials":{"user":"u","password":"p"}}""")]
    [InlineData("""{"rktKind":"dockerAuth","rktVersion":"v1","registries":["a"],"credentials":{"user":"u"}}""")]
    [InlineData("""{"rktKind":"dockerAuth","rktVersion":"v1","registries":["first.example"],"credentials":{"user":"u","password":"p"}}""")]
    public async Task A_wrong_file_of_rkts_kind_is_named(string content)
    {
        _ = _host.Write("etc/podctl/auth.d/1.json", RktFile("u", "first.example"));
        string path = _host.Write("etc/podctl/auth.d/2.json", content);

        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(() => FindAsync("registry.example", "app"));

        Assert.Contains($"'{path}'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_others_can_read_is_warned_of_once()
    {
        _ = _host.Write("run/containers/0/auth.json", Auths(("registry.example", "user")), mode: 0x1a4);
        CredentialStore store = new(_host.Environment, authFile: null, _host.Messages);

        _ = await store.FindAsync("other.example", "app", Ct);
        Assert.Empty(_host.Messages.Warnings);
        _ = await store.FindAsync("registry.example", "app", Ct);
        _ = await store.FindAsync("registry.example", "app", Ct);

        Assert.Contains("can be read by others", Assert.Single(_host.Messages.Warnings), StringComparison.Ordinal);
        Assert.DoesNotContain(_host.Messages.All, static text => text.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_helper_of_the_hosts_own_comes_before_the_file_and_the_helper_for_all_after_it()
    {
        Helper("own", """read server; echo "{\"Username\":\"own-$server\",\"Secret\":\"s\"}" """);
        Helper("all", """read server; echo "{\"ServerURL\":\"x\",\"Username\":\"all-$server\",\"Secret\":\"s\"}" """);
        string auths = Auths(("own.example", "file"), ("file.example", "file"));
        _ = _host.Write("home/.docker/config.json", auths[..^1] + ""","credHelpers":{"own.example":"own"},"credsStore":"all"}""");

        Assert.Equal("own-own.example", (await FindAsync("own.example", "app"))!.User);
        Assert.Equal("file", (await FindAsync("file.example", "app"))!.User);
        Assert.Equal("all-other.example", (await FindAsync("other.example", "app"))!.User);
        Assert.Equal("all-https://index.docker.io/v1/", (await FindAsync("docker.io", "library/app"))!.User);
    }

    [Fact]
    public async Task A_helper_may_keep_an_identity_token_or_nothing()
    {
        Helper("all", """read server; test "$server" = token.example && echo '{"Username":"<token>","Secret":"identity"}' && exit; echo "credentials not found in native keychain"; exit 1""");
        _ = _host.Write("home/.docker/config.json", """{"credsStore":"all"}""");

        Assert.Equal("identity", (await FindAsync("token.example", "app"))!.IdentityToken);
        Assert.Null(await FindAsync("other.example", "app"));
    }

    [Theory]
    [InlineData("echo s3cret; exit 3", ExitCode.Failed, "exit code 3")]
    [InlineData("echo s3cret", ExitCode.Failed, "no valid answer")]
    [InlineData("exec sleep 60", ExitCode.Failed, "does not answer")]
    [InlineData("exec yes s3cret", ExitCode.Failed, "more than 1024 KiB")]
    [InlineData(null, ExitCode.HostLacks, "no program 'docker-credential-all'")]
    internal async Task A_helper_that_fails_is_named_and_not_quoted(string? script, ExitCode code, string problem)
    {
        if (script is not null)
        {
            Helper("all", script);
        }

        _ = _host.Write("home/.docker/config.json", """{"credsStore":"all"}""");

        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(() => FindAsync("registry.example", "app"));

        Assert.Equal(code, failure.Code);
        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
    }

    private void Helper(string name, string script) => _host.Write($"bin/docker-credential-{name}", $"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n", mode: 0x1c0);

    private Task<Credential?> FindAsync(string host, string repository, string? authFile = null) =>
        new CredentialStore(_host.Environment, authFile, _host.Messages, TimeSpan.FromSeconds(1)).FindAsync(host, repository, Ct);

    private static string Auths(params (string Name, string User)[] logins) =>
        "{\"auths\":{" + string.Join(',', logins.Select(static login => $"\"{login.Name}\":{{\"auth\":\"{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(login.User + ":secret"))}\"}}")) + "}}";

    private static string RktFile(string user, string registry = "registry.example") =>
        $$$"""{"rktKind":"dockerAuth","rktVersion":"v1","registries":["{{{registry}}}"],"credentials":{"user":"{{{user}}}","password":"p"}}""";
}
