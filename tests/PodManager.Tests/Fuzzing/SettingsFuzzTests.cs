using System.Text;
using PodManager.Images.Configuration;
using PodManager.Images.Credentials;
using PodManager.Images.Registry;
using PodManager.Pods;
using PodManager.Tests.Images;
using Xunit;

namespace PodManager.Tests.Fuzzing;

/// <summary>The files that say how registries are reached, and who by.</summary>
public sealed class SettingsFuzzTests
{
    private const string Registries = """
        # comment
        unqualified-search-registries = ["registry.example"]
        short-name-mode = "enforcing"
        credential-helpers = ["containers-auth.json"]

        [[registry]]
        prefix = "*.example.com"
        insecure = true
        blocked = false

        [[registry]]
        prefix = "docker.io/library"
        location = "mirror.example:5000/hub"
        mirror-by-digest-only = true
        [[registry.mirror]]
        location = "one.example/x"
        insecure = true
        [[registry.mirror]]
        location = 'two.example'

        [aliases]
        "busybox" = "registry.example/team/busybox"
        """;

    private const string Auth = """{"auths":{"registry.example":{"auth":"dXNlcjpwYXNz"},"https://index.docker.io/v1/":{"auth":"dTpw","identitytoken":"t"},"registry.example/team":{"username":"u","password":"p"},"x":{}},"credsStore":"","credHelpers":{"other.example":""}}""";

    private const string RktAuth = """{"rktKind":"dockerAuth","rktVersion":"v1","registries":["registry.example","https://index.docker.io/v1/"],"credentials":{"user":"u","password":"p"}}""";

    private static readonly string[] TomlWords =
    [
        "[[registry]]\n", "[registry]\n", "[registries.search]\n", "[[registry.mirror]]\n", "[aliases]\n", "=", "\"\"", "\"\"\"", "'''", "[", "]", "{", "}", "\n", "\r", "\0", "\\u0000", "\\UFFFFFFFF", "\\ud800", "\ud7ff", "inf", "nan", "0x", "1979-05-27T07:32:00Z", "99:99:99", "true", "pull-from-mirror = \"tag-only\"\n", "location = \"\"\n",
        "prefix = \"*\"\n", "*.", "https://", "[::1]:5000", ".", "a.b.c = 1\n", "registry = 1\n", "mirror = [1]\n",
    ];

    private static readonly string[] JsonWords = ["null", "[null]", "{\"registry.example\":null}", "{}", "[]", "\"\"", "{", "}", "[", "]", ",", ":", "\"", "\\ud800", "\\u0000", "\0", "\u00ff", "AAAA", "====", "\"auths\":null,", "\"auth\":null,", "{\"x\":null,", "\"registries\":[null],", "\"credentials\":null,", "\"rktKind\":\"auth\",", "://", "/v1/", "1e999"];

    [Fact]
    public async Task Registries_conf()
    {
        using TestHost host = new(TimeProvider.System);
        string path = host.Write("/etc/containers/registries.conf", "");
        RegistryRef[] images = [.. new[] { "busybox", "docker.io/library/nginx", "a.example.com/x", "registry.example/y@sha256:" + new string('a', 64) }.Select(static name => (RegistryRef)ImageRef.Parse(name))];
        await Fuzz.RunAsync(
            "registries.conf",
            new Mutator([Encoding.UTF8.GetBytes(Registries)], TomlWords),
            input =>
            {
                File.WriteAllBytes(path, input);
                RegistriesConfiguration configuration = RegistriesConfiguration.Read(host.Environment);
                foreach (RegistryRef image in images)
                {
                    RegistryRef resolved = configuration.Resolve(image);
                    foreach (RegistryEndpoint place in configuration.Places(resolved.Host, resolved.Repository, resolved.Digest is not null))
                    {
                        // The address that it stands for.
                        _ = new Uri($"https://{place.ApiHost}/v2/{place.Repository}/manifests/x");
                    }
                }
            },
            static failure => failure is PodctlException);
    }

    [Fact]
    public async Task Auth_json()
    {
        using TestHost host = new(TimeProvider.System);
        string path = host.Write("/auth.json", "");
        CredentialStore store = new(host.Environment, path, host.Messages);
        await Fuzz.RunAsync(
            "auth.json",
            new Mutator([Encoding.UTF8.GetBytes(Auth)], JsonWords),
            input =>
            {
                File.WriteAllBytes(path, input);
                foreach (string registry in (string[])["registry.example", "docker.io", "x"])
                {
                    _ = store.FindAsync(registry, "team/app", CancellationToken.None).GetAwaiter().GetResult()?.Basic;
                }
            },
            failure => failure is PodctlException && !failure.Message.Contains("dXNlcjpwYXNz", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Logins_of_rkt()
    {
        using TestHost host = new(TimeProvider.System);
        string path = host.Write("/auth.d/a.json", "");
        DockerAuthDirectory directory = new([Path.GetDirectoryName(path)!], new SecretFile(host.Messages));
        await Fuzz.RunAsync(
            "auth.d",
            new Mutator([Encoding.UTF8.GetBytes(RktAuth)], JsonWords),
            input =>
            {
                File.WriteAllBytes(path, input);
                _ = directory.Find("registry.example")?.Basic;
            },
            static failure => failure is PodctlException);
    }
}
