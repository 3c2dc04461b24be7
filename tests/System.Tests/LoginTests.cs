using System.Tests.Harness;
using System.Text;
using Xunit;

namespace System.Tests;

/// <summary>A registry that asks who one is, and one that only its own authority vouches for.</summary>
public sealed class LoginTests : SystemTest
{
    private const string PlainRegistry = "127.0.0.1:5001";
    private const string TlsRegistry = "127.0.0.1:5443";
    private const string AllowHttp = "--insecure-options=http";

    private readonly string _authFile = $"/var/tmp/podctl-test-{Guid.NewGuid():N}.json";

    [SystemFact]
    public async Task A_login_opens_what_is_closed_to_others_and_a_logout_closes_it()
    {
        using OwnStore store = new();
        string[] fetch = [store.Flag, Podctl.Trust, "fetch", $"{PlainRegistry}/busybox"];
        try
        {
            CliResult stranger = (await Podctl.RunAsync(Ct, fetch)).ExpectFailure(5);
            Assert.Contains($"podctl login {PlainRegistry}", stranger.Stderr, StringComparison.Ordinal);

            CliResult wrong = (await LoginAsync(PlainRegistry, "wr0ng", AllowHttp)).ExpectFailure(5);
            Assert.DoesNotContain("wr0ng", wrong.Stderr, StringComparison.Ordinal);
            Assert.False(File.Exists(_authFile));

            CliResult right = (await LoginAsync(PlainRegistry, "secret", AllowHttp)).Expect(0);
            Assert.DoesNotContain("secret", right.Stdout + right.Stderr, StringComparison.Ordinal);
            Assert.Equal("600", (await Cli.RunAsync(Ct, "stat", "-c", "%a", _authFile)).Expect(0).Stdout.Trim());

            CliResult fetched = (await Podctl.RunAsync(Ct, [.. fetch, $"--authfile={_authFile}", "--debug"])).Expect(0);
            Assert.StartsWith("sha256-", fetched.Stdout, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String("test:secret"u8), fetched.Stderr, StringComparison.Ordinal);

            _ = (await Podctl.RunAsync(Ct, "logout", $"--authfile={_authFile}", PlainRegistry)).Expect(0);
            _ = (await Podctl.RunAsync(Ct, [.. fetch, "--pull-policy=update", $"--authfile={_authFile}"])).ExpectFailure(5);
        }
        finally
        {
            File.Delete(_authFile);
        }
    }

    [SystemFact]
    public async Task An_authority_in_certs_d_is_enough_for_TLS()
    {
        using OwnStore store = new();
        const string directory = $"/etc/containers/certs.d/{TlsRegistry}";
        try
        {
            CliResult unknown = (await LoginAsync(TlsRegistry, "secret")).ExpectFailure(1);
            Assert.Contains("not trusted", unknown.Stderr, StringComparison.Ordinal);

            _ = Directory.CreateDirectory(directory);
            File.Copy("/etc/test-registry/cert.pem", $"{directory}/ca.crt");
            _ = (await LoginAsync(TlsRegistry, "secret")).Expect(0);
            _ = (await Podctl.RunAsync(Ct, store.Flag, "--insecure-options=image", "fetch", $"--authfile={_authFile}", $"{TlsRegistry}/busybox")).Expect(0);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
            File.Delete(_authFile);
        }
    }

    [SystemFact]
    public async Task A_mirror_gives_what_is_asked_for_by_the_registrys_name()
    {
        using OwnStore store = new();
        string settings = $"/etc/containers/registries.conf.d/podctl-test-{Guid.NewGuid():N}.conf";
        _ = Directory.CreateDirectory(Path.GetDirectoryName(settings)!);
        await File.WriteAllTextAsync(
            settings,
            """
            [[registry]]
            location = "registry.invalid"
            [[registry.mirror]]
            location = "127.0.0.1:5000"
            insecure = true
            [[registry]]
            location = "blocked.invalid"
            blocked = true
            [aliases]
            podctl-test-alias = "registry.invalid/busybox"
            """,
            Ct);
        try
        {
            Assert.Equal("hello\n", (await RunAsync(new Run("echo", "hello") { Image = "docker://podctl-test-alias", Flags = [store.Flag] })).Expect(0).Stdout);
            Assert.Contains("registry.invalid/busybox:latest", (await Podctl.RunAsync(Ct, store.Flag, "image", "list")).Expect(0).Stdout, StringComparison.Ordinal);
            Assert.Contains(settings, (await Podctl.RunAsync(Ct, store.Flag, "fetch", "blocked.invalid/x")).ExpectFailure(5).Stderr, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(settings);
        }
    }

    private Task<CliResult> LoginAsync(string registry, string password, params string[] flags) => Cli.RunAsync(
        Ct, new CliOptions { Input = Encoding.UTF8.GetBytes(password + "\n") }, Podctl.Program, ["login", "--username=test", "--password-stdin", $"--authfile={_authFile}", .. flags, registry]);
}
