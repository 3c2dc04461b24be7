using PodManager.Images.Registry;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Tests.Images.Tar;
using Xunit;

namespace PodManager.Tests.Images.Registry;

/// <summary>Certificates in certs.d.</summary>
public sealed class HostCertificatesTests : IDisposable
{
    private static readonly FetchOptions Strict = new(PullPolicy.Update, AllowHttp: false, AllowBadTls: false);

    private readonly TestHost _host = new(new FakeClock());
    private readonly TestCertificates _certificates = new();
    private readonly TestImage _image = new TestImage().Layer(new TarBuilder().File("file"));

    public void Dispose()
    {
        _host.Dispose();
        _certificates.Dispose();
    }

    [Theory]
    [InlineData("etc/containers/certs.d")]
    [InlineData("etc/docker/certs.d")]
    public async Task An_authority_of_the_hosts_own_is_trusted_for_that_host(string place)
    {
        using TestRegistry registry = new(_certificates.Server);
        _ = registry.Add("app", _image);
        _ = await Assert.ThrowsAsync<PodctlException>(() => ReadAsync(registry));
        _ = _host.Write($"{place}/{registry.Host}/ca.crt", _certificates.AuthorityPem);

        await ReadAsync(registry);
    }

    [Fact]
    public async Task It_is_trusted_for_no_other_host()
    {
        using TestRegistry registry = new(_certificates.Server);
        _ = registry.Add("app", _image);
        _ = _host.Write("etc/containers/certs.d/127.0.0.1:1/ca.crt", _certificates.AuthorityPem);

        _ = await Assert.ThrowsAsync<PodctlException>(() => ReadAsync(registry));
    }

    [Fact]
    public async Task Another_authority_does_not_vouch()
    {
        using TestCertificates other = new();
        using TestRegistry registry = new(_certificates.Server);
        _ = registry.Add("app", _image);
        _ = _host.Write($"etc/containers/certs.d/{registry.Host}/ca.crt", other.AuthorityPem);

        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(() => ReadAsync(registry));
        Assert.Contains("not trusted", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_podctls_own_is_shown()
    {
        using TestRegistry registry = new(_certificates.Server) { ClientAuthority = TestCertificates.Issuer };
        _ = registry.Add("app", _image);
        _ = _host.Write($"etc/containers/certs.d/{registry.Host}/ca.crt", _certificates.AuthorityPem);
        _ = await Assert.ThrowsAsync<PodctlException>(() => ReadAsync(registry));
        _ = _host.Write($"etc/containers/certs.d/{registry.Host}/own.cert", _certificates.ClientPem);
        _ = _host.Write($"etc/containers/certs.d/{registry.Host}/own.key", _certificates.ClientKeyPem);

        await ReadAsync(registry);
    }

    [Theory]
    [InlineData("ca.crt", "nonsense")]
    [InlineData("own.cert", "a certificate without a key")]
    [InlineData("own.key", "a key without a certificate")]
    public async Task A_file_that_is_damaged_or_alone_is_named(string name, string content)
    {
        using TestRegistry registry = new(_certificates.Server);
        string path = _host.Write($"etc/containers/certs.d/{registry.Host}/{name}", content);

        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(() => ReadAsync(registry));

        Assert.Equal(ExitCode.Usage, failure.Code);
        Assert.Contains($"'{path}'", failure.Message, StringComparison.Ordinal);
    }

    private async Task ReadAsync(TestRegistry registry)
    {
        using RegistryOrigin origin = _host.Registries.Open((RegistryRef)ImageRef.Parse($"{registry.Host}/app"), Strict);
        _ = await origin.ReadNamedAsync(TestContext.Current.CancellationToken);
    }
}
