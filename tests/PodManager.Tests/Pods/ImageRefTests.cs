using PodManager.Images.Registry;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Pods;

public sealed class ImageRefTests
{
    private const string Hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("busybox", "docker.io/library/busybox:latest")]
    [InlineData("busybox:latest", "docker.io/library/busybox:latest")]
    [InlineData("busybox:1.36", "docker.io/library/busybox:1.36")]
    [InlineData("docker://busybox", "docker.io/library/busybox:latest")]
    [InlineData("docker:busybox:1", "docker.io/library/busybox:1")]
    [InlineData("user/app", "docker.io/user/app:latest")]
    [InlineData("docker.io/busybox", "docker.io/library/busybox:latest")]
    [InlineData("index.docker.io/user/app", "docker.io/user/app:latest")]
    [InlineData("registry-1.docker.io/library/busybox", "docker.io/library/busybox:latest")]
    [InlineData("registry.example/app", "registry.example/app:latest")]
    [InlineData("Registry.Example:5000/a/b/c:T_1.x-y", "registry.example:5000/a/b/c:T_1.x-y")]
    [InlineData("localhost/app", "localhost/app:latest")]
    [InlineData("LOCALHOST/app", "localhost/app:latest")]
    [InlineData("Host/app", "Host/app:latest")] // in small letters it would be docker.io/host/app
    [InlineData("127.0.0.1:5000/app:1.0", "127.0.0.1:5000/app:1.0")]
    [InlineData("[::1]:5000/app", "[::1]:5000/app:latest")]
    [InlineData("a__b/c-d--e.f", "docker.io/a__b/c-d--e.f:latest")]
    [InlineData("busybox@sha256:" + Hex, "docker.io/library/busybox@sha256:" + Hex)]
    [InlineData("busybox:1.0@sha256:" + Hex, "docker.io/library/busybox@sha256:" + Hex)]
    [InlineData("oci:/srv/images", "oci:/srv/images")]
    [InlineData("oci:/srv/images/:v1", "oci:/srv/images:v1")]
    [InlineData("oci:/srv/a:b/c", "oci:/srv/a:b/c")]
    [InlineData("oci:/srv/a:b/", "oci:/srv/a:b/")] // without the slash, b would be a tag
    [InlineData("oci-archive:/srv/a.tar", "oci-archive:/srv/a.tar")]
    [InlineData("oci-archive:/srv/a.tar:docker.io/library/app:1.0", "oci-archive:/srv/a.tar:docker.io/library/app:1.0")]
    [InlineData("oci-archive:-", "oci-archive:-")]
    [InlineData("docker-archive:/srv/x/../a.tar:busybox", "docker-archive:/srv/a.tar:docker.io/library/busybox:latest")]
    [InlineData("docker-archive:/srv/a.tar:@3", "docker-archive:/srv/a.tar:@3")]
    [InlineData("docker-archive:-:localhost:5000/app:1", "docker-archive:-:localhost:5000/app:1")]
    [InlineData("sha256:0123", "sha256:0123")]
    [InlineData("sha256-01AB", "sha256:01ab")]
    [InlineData("sha512-01", "sha512:01")]
    public void Each_image_has_one_name(string text, string name) => Assert.Equal(name, ImageRef.Parse(text).Name);

    [Fact]
    public void The_default_registry_has_another_host_than_its_name()
    {
        RegistryRef reference = (RegistryRef)ImageRef.Parse("busybox");
        Assert.Equal(("docker.io", "registry-1.docker.io", "library/busybox", "latest"), (reference.Host, new RegistryEndpoint(reference.Host, reference.Repository).ApiHost, reference.Repository, reference.Tag));
        Assert.Equal("localhost:5000", new RegistryEndpoint("localhost:5000", "x").ApiHost);
    }

    [Fact]
    public void A_relative_directory_is_below_the_current_one() =>
        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "images"), ((LayoutRef)ImageRef.Parse("oci:./images:tag")).Directory);

    [Theory]
    [InlineData("")]
    [InlineData("docker://")]
    [InlineData("http://host/app")]
    [InlineData("/srv/images")]
    [InlineData("./images")]
    [InlineData("Busybox")]
    [InlineData("busy box")]
    [InlineData("busybox:")]
    [InlineData("busybox:-x")]
    [InlineData("busybox:a/b:")]
    [InlineData("busybox@sha256:123")]
    [InlineData("busybox@sha256:" + Hex + "0")]
    [InlineData("busybox@" + Hex)]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("-a")]
    [InlineData("a..b")]
    [InlineData("a___b")]
    [InlineData("a._b")]
    [InlineData("host:99999/app")]
    [InlineData("host:0/app")]
    [InlineData("ho_st.x/app")]
    [InlineData("-host.x/app")]
    [InlineData("registry.example/")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("oci:")]
    [InlineData("oci:dir:")]
    [InlineData("oci-archive:")]
    [InlineData("oci-archive:file:")]
    [InlineData("docker-archive::app")]
    [InlineData("docker-archive:file:@-1")]
    [InlineData("docker-archive:file:@x")]
    [InlineData("docker-archive:file:Upper")]
    [InlineData("sha256:")]
    [InlineData("sha256:1")]
    [InlineData("sha256:xyz")]
    [InlineData("sha256-" + Hex + "0")]
    public void What_is_no_reference_is_refused(string text) => Assert.Equal(ExitCode.Usage, Assert.Throws<PodctlException>(() => ImageRef.Parse(text)).Code);

    [Fact]
    public void A_name_in_capitals_gets_a_hint() => Assert.Contains("'busybox'", Assert.Throws<PodctlException>(() => ImageRef.Parse("BusyBox")).Hint!, StringComparison.Ordinal);

    [Fact]
    public void An_id_matches_by_its_beginning()
    {
        Assert.True(Digest.TryParse("sha256:" + Hex, out Digest? id));
        Assert.True(((StoredImageRef)ImageRef.Parse("sha256-0123")).Matches(id));
        Assert.False(((StoredImageRef)ImageRef.Parse("sha256-0124")).Matches(id));
        Assert.False(((StoredImageRef)ImageRef.Parse("sha512-0123")).Matches(id));
    }
}
