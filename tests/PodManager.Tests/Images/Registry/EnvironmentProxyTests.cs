using PodManager.Images.Registry;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Tests.Images.Tar;
using Xunit;

namespace PodManager.Tests.Images.Registry;

public sealed class EnvironmentProxyTests : IDisposable
{
    private readonly TestHost _host = new(new FakeClock());

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("HTTP_PROXY", "HTTPS_PROXY")]
    [InlineData("http_proxy", "https_proxy")]
    [InlineData("ALL_PROXY")]
    public async Task A_registry_is_reached_through_the_proxy(params string[] variables)
    {
        using TestRegistry proxy = new();
        TestImage image = new TestImage().Layer(new TarBuilder().File("file"));
        proxy.Put("http://registry.example/v2/app/manifests/latest", image.Manifest, image.ManifestType);
        foreach (string variable in variables)
        {
            _host.Variables[variable] = $"http://{proxy.Host}";
        }

        _ = _host.Write("etc/containers/registries.conf", "[[registry]]\nlocation = 'registry.example'\ninsecure = true\n");
        using RegistryOrigin origin = _host.Registries.Open((RegistryRef)ImageRef.Parse("registry.example/app"), new FetchOptions(PullPolicy.Update, false, false));

        // The proxy knows nothing of CONNECT, so that HTTPS fails and HTTP, which is allowed here, works.
        ImageDocument document = await origin.ReadNamedAsync(TestContext.Current.CancellationToken);

        Assert.Equal(image.Manifest, document.Content.ToArray());
    }

    [Theory]
    [InlineData("", "https://registry.example/", "http://secure:1/")]
    [InlineData("", "http://registry.example/", "http://plain:1/")]
    [InlineData("", "https://127.0.0.1:5000/", null)]
    [InlineData("", "https://localhost/", null)]
    [InlineData("*", "https://registry.example/", null)]
    [InlineData("example", "https://registry.example/", null)]
    [InlineData(" registry.example , x", "https://registry.example/", null)]
    [InlineData("REGISTRY.example", "https://registry.EXAMPLE/", null)]
    [InlineData(".example", "https://registry.example/", null)]
    [InlineData("*.example", "https://registry.example/", null)]
    [InlineData(".registry.example", "https://registry.example/", "http://secure:1/")]
    [InlineData("gistry.example", "https://registry.example/", "http://secure:1/")]
    [InlineData("registry.example:443", "https://registry.example/", null)]
    [InlineData("registry.example:5000", "https://registry.example/", "http://secure:1/")]
    [InlineData("registry.example:5000", "https://registry.example:5000/", null)]
    [InlineData("10.0.0.0/8", "https://10.1.2.3/", null)]
    [InlineData("10.0.0.0/8", "https://11.1.2.3/", "http://secure:1/")]
    [InlineData("10.1.2.3", "https://10.1.2.3:5000/", null)]
    [InlineData("10.1.2.3:80", "https://10.1.2.3:5000/", "http://secure:1/")]
    [InlineData("fd00::/8", "https://[fd00::1]:5000/", null)]
    [InlineData("[fd00::1]:5000", "https://[fd00::1]:5000/", null)]
    [InlineData("fd00::1", "https://[fd00::1]/", null)]
    public void What_needs_no_proxy_gets_none(string exceptions, string destination, string? expected)
    {
        _host.Variables["https_proxy"] = "secure:1";
        _host.Variables["http_proxy"] = "http://user:password@plain:1";
        _host.Variables["NO_PROXY"] = exceptions;
        EnvironmentProxy proxy = new(_host.Environment);

        Assert.Equal(expected, proxy.GetProxy(new Uri(destination))?.ToString());
        Assert.Equal("password", proxy.Credentials!.GetCredential(new Uri("http://plain:1/"), "Basic")!.Password);
        Assert.Null(proxy.Credentials.GetCredential(new Uri("http://secure:1/"), "Basic"));
    }

    [Fact]
    public void A_value_that_is_no_address_is_refused_without_showing_it()
    {
        _host.Variables["HTTPS_PROXY"] = "gopher://user:s3cret@x";

        PodctlException failure = Assert.Throws<PodctlException>(() => new EnvironmentProxy(_host.Environment));

        Assert.Contains("HTTPS_PROXY", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
    }
}
