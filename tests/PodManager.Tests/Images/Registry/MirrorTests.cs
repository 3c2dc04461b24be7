using System.Security.Cryptography;
using PodManager.Images;
using PodManager.Images.Oci;
using PodManager.Images.Registry;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Tests.Images.Tar;
using Xunit;

namespace PodManager.Tests.Images.Registry;

/// <summary>Several places for one image, and lines that break.</summary>
public sealed class MirrorTests : IDisposable
{
    private static readonly FetchOptions Strict = new(PullPolicy.Update, AllowHttp: false, AllowBadTls: false);

    private readonly TestRegistry _mirror = new();
    private readonly TestRegistry _registry = new();
    private readonly FakeClock _clock = new();
    private readonly TestHost _host;
    private readonly TestImage _image = new TestImage().Layer(new TarBuilder().File("file", Convert.ToBase64String(RandomNumberGenerator.GetBytes(60_000))));

    public MirrorTests()
    {
        _host = new TestHost(_clock);
        _ = _host.Write("etc/containers/registries.conf", $"""
            [[registry]]
            prefix = "registry.example"
            location = "{_registry.Host}"
            insecure = true
            [[registry.mirror]]
            location = "{_mirror.Host}/copy"
            insecure = true
            """);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Blob Layer => new(ContentHash.Of(_image.Blobs[0]), _image.Blobs[0].Length, "");

    public void Dispose()
    {
        _mirror.Dispose();
        _registry.Dispose();
        _host.Dispose();
    }

    [Fact]
    public async Task A_mirror_that_has_the_image_is_all_that_is_asked()
    {
        _ = _mirror.Add("copy/app", _image);
        using RegistryOrigin origin = Open();

        Assert.Equal(ContentHash.Of(_image.Manifest), (await origin.ReadNamedAsync(Ct)).Digest);
        Assert.Equal(_image.Blobs[0], await DownloadAsync(origin));
        Assert.Empty(_registry.Requests);
    }

    [Fact]
    public async Task A_mirror_without_the_image_costs_one_question()
    {
        _ = _registry.Add("app", _image);
        using RegistryOrigin origin = Open();

        _ = await origin.ReadNamedAsync(Ct);
        Assert.Equal(_image.Blobs[0], await DownloadAsync(origin));

        _ = Assert.Single(_mirror.Requests);
        Assert.Empty(_host.Messages.Warnings);
    }

    [Fact]
    public async Task A_mirror_that_is_down_is_told_of()
    {
        _ = _registry.Add("app", _image);
        _mirror.Dispose();
        using RegistryOrigin origin = Open();

        _ = await origin.ReadNamedAsync(Ct);

        Assert.Contains($"using '{_registry.Host}' instead", Assert.Single(_host.Messages.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_goes_on_elsewhere_when_its_mirror_dies()
    {
        _ = _mirror.Add("copy/app", _image);
        _ = _registry.Add("app", _image);
        _mirror.Intercept = request => !request.Path.Contains("/blobs/", StringComparison.Ordinal) ? null
            : request.Offset == 0 ? _mirror.Answer(request) with { CutAfter = 10_000 } : new TestResponse(404);
        using RegistryOrigin origin = Open();

        _ = await origin.ReadNamedAsync(Ct);
        Assert.Equal(_image.Blobs[0], await DownloadAsync(origin));

        Assert.Equal(10_000, Assert.Single(_registry.Requests).Offset);
    }

    [Fact]
    public async Task The_registrys_own_reason_is_the_last_word()
    {
        using RegistryOrigin origin = Open();

        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(() => origin.ReadNamedAsync(Ct));

        Assert.Equal(ExitCode.NotFound, failure.Code);
        Assert.Contains(_registry.Host, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_that_never_live_longer_than_a_megabyte_cost_next_to_nothing()
    {
        const int megabyte = 1 << 20;
        byte[] layer = RandomNumberGenerator.GetBytes(60 * megabyte + 5);
        string path = $"/v2/copy/app/blobs/{ContentHash.Of(layer)}";
        _mirror.Put(path, layer, "application/octet-stream");
        _mirror.Intercept = request => _mirror.Answer(request) with { CutAfter = megabyte };
        using RegistryOrigin origin = Open();
        Blob blob = new(ContentHash.Of(layer), layer.Length, "");

        byte[] got = await DownloadAsync(origin, blob);

        Assert.True(layer.AsSpan().SequenceEqual(got));
        Assert.InRange(_mirror.BytesSent, layer.Length, layer.Length * 1.05);
        Assert.Empty(_clock.Delays); // each got ahead
    }

    private RegistryOrigin Open() => _host.Registries.Open((RegistryRef)ImageRef.Parse("registry.example/app"), Strict);

    private Task<byte[]> DownloadAsync(RegistryOrigin origin) => DownloadAsync(origin, Layer);

    private static async Task<byte[]> DownloadAsync(RegistryOrigin origin, Blob blob)
    {
        await using VerifyingStream stream = new(await origin.OpenAsync(blob, Ct), blob, new FakeProgress().Start("x", null));
        using MemoryStream content = new();
        await stream.CopyToAsync(content, Ct);
        return content.ToArray();
    }
}
