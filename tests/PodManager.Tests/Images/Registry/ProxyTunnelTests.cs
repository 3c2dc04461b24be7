using System.Net;
using PodManager.Images;
using PodManager.Images.Oci;
using PodManager.Images.Registry;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Tests.Images.Tar;
using Xunit;

namespace PodManager.Tests.Images.Registry;

/// <summary>Registries behind TLS that are reached by the CONNECT of a proxy, which the environment names.</summary>
public sealed class ProxyTunnelTests : IDisposable
{
    private const string Name = "registry.example";

    private readonly TestHost _host = new(new FakeClock());
    private readonly TestCertificates _certificates = new(Name);
    private readonly TestRegistry _registry;
    private readonly TestImage _image = new TestImage().Layer(new TarBuilder().File("file"));

    public ProxyTunnelTests() => _registry = new TestRegistry(_certificates.Server).Add("app", _image);

    public void Dispose()
    {
        _registry.Dispose();
        _certificates.Dispose();
        _host.Dispose();
    }

    [Theory]
    [InlineData("https_proxy")]
    [InlineData("HTTPS_PROXY")]
    [InlineData("all_proxy")]
    public async Task A_registry_with_a_private_authority_is_reached_through_the_proxy(string variable)
    {
        using TestProxy proxy = new();
        proxy.Names[$"{Name}:443"] = _registry.Host;
        _host.Variables[variable] = $"http://{proxy.Host}";
        _ = _host.Write($"etc/containers/certs.d/{Name}/ca.crt", _certificates.AuthorityPem);

        await ReadAllAsync(Name);

        Assert.Equal(2, _registry.Requests.Count);
        Assert.Equal([$"{Name}:443", $"{Name}:443"], proxy.Connected);
        Assert.All(_registry.Requests, static request => Assert.Equal(Name, request.Headers["host"]));
        Assert.All(_registry.Requests, static request => Assert.False(request.Headers.ContainsKey("proxy-authorization")));
    }

    [Fact]
    public async Task The_proxys_own_login_is_for_the_proxy_alone()
    {
        using TestProxy proxy = new() { Authorization = $"Basic {Convert.ToBase64String("user:p@ss"u8)}" };
        proxy.Names[$"{Name}:443"] = _registry.Host;
        _host.Variables["https_proxy"] = $"http://user:p%40ss@{proxy.Host}";
        _ = _host.Write($"etc/containers/certs.d/{Name}/ca.crt", _certificates.AuthorityPem);

        await ReadAllAsync(Name);

        Assert.NotEmpty(proxy.Connected);
        Assert.All(_registry.Requests, static request => Assert.Null(request.Authorization));
        Assert.All(_registry.Requests, static request => Assert.False(request.Headers.ContainsKey("proxy-authorization")));
    }

    [Fact]
    public async Task A_proxy_that_wants_another_login_is_what_is_named()
    {
        using TestProxy proxy = new() { Authorization = "Basic other" };
        _host.Variables["https_proxy"] = $"http://user:s3cret@{proxy.Host}";

        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(() => ReadAllAsync(Name));

        Assert.Contains("proxy", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
        Assert.Empty(proxy.Connected);
    }

    [Fact]
    public async Task The_proxy_vouches_for_nobody()
    {
        using TestProxy proxy = new();
        proxy.Names[$"{Name}:443"] = _registry.Host;
        _host.Variables["https_proxy"] = $"http://{proxy.Host}";

        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(() => ReadAllAsync(Name));

        Assert.Contains("not trusted", failure.Message, StringComparison.Ordinal);
        Assert.NotEmpty(proxy.Connected);
        Assert.Empty(_registry.Requests);
    }

    /// <summary>::ffff:127.0.0.2 leads to this host and yet is none of the addresses that never get a proxy.</summary>
    [Theory]
    [InlineData("", true)]
    [InlineData("other.example,10.0.0.0/8", true)]
    [InlineData("::ffff:127.0.0.2", false)]
    [InlineData("other.example, ::ffff:127.0.0.0/104", false)]
    [InlineData("*", false)]
    public async Task What_NO_PROXY_names_is_reached_without_it(string exceptions, bool isThroughProxy)
    {
        using TestProxy proxy = new();
        using TestRegistry registry = new(_certificates.Server, IPAddress.Parse("127.0.0.2"));
        _ = registry.Add("app", _image);
        string address = registry.Host.Replace("127.0.0.2", "[::ffff:127.0.0.2]", StringComparison.Ordinal);
        _host.Variables["https_proxy"] = $"http://{proxy.Host}";
        _host.Variables["no_proxy"] = exceptions;
        _ = _host.Write($"etc/containers/certs.d/{address}/ca.crt", _certificates.AuthorityPem);

        await ReadAllAsync(address);

        Assert.Equal(2, registry.Requests.Count);
        Assert.Equal(isThroughProxy ? 2 : 0, proxy.Asked.Count(target => target == address));
        Assert.Equal(isThroughProxy, !proxy.Asked.IsEmpty);
    }

    /// <summary>A manifest, and a layer by another request.</summary>
    private async Task ReadAllAsync(string registry)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        using RegistryOrigin origin = _host.Registries.Open((RegistryRef)ImageRef.Parse($"{registry}/app"), new FetchOptions(PullPolicy.Update, AllowHttp: false, AllowBadTls: false));
        ImageDocument manifest = await origin.ReadNamedAsync(ct);
        Assert.Equal(_image.Manifest, manifest.Content.ToArray());
        await using Stream layer = await origin.OpenAsync(new Blob(ContentHash.Of(_image.Blobs[0]), _image.Blobs[0].Length, ""), ct);
        using MemoryStream content = new();
        await layer.CopyToAsync(content, ct);
        Assert.Equal(_image.Blobs[0], content.ToArray());
    }
}
