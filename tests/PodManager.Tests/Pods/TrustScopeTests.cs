using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Pods;

public sealed class TrustScopeTests
{
    [Theory]
    [InlineData("registry.example", "registry.example/app", true)]
    [InlineData("registry.example", "registry.example:5000/app", false)]
    [InlineData("registry.example", "registry.example.evil/app", false)]
    [InlineData("registry.example/team", "registry.example/team:1", true)]
    [InlineData("registry.example/team/", "registry.example/team/app:1", true)]
    [InlineData("registry.example/team", "registry.example/teamx", false)]
    [InlineData("registry.example/team", "registry.example/tea", false)]
    [InlineData("REGISTRY.example/team", "registry.EXAMPLE/team/app@sha256:e98a0fa5771ee522276233ee2394c87f6e5df76165787bd93735e392334d2105", true)]
    [InlineData("docker.io/library", "busybox", true)]
    [InlineData("docker.io", "team/app", true)]
    [InlineData("docker.io/library/busy", "busybox", false)]
    [InlineData("oci:/srv/images", "oci:/srv/images/app:1", true)]
    [InlineData("oci:/srv/images", "oci:/srv/imagesx", false)]
    [InlineData("oci:/", "oci:/srv/app", true)]
    [InlineData("oci:/srv", "registry.example/srv", false)]
    [InlineData("oci-archive:/srv/images/", "oci-archive:/srv/images/app.tar:1", true)]
    [InlineData("oci-archive:/srv/images/app.tar", "oci-archive:/srv/images/app.tar", true)]
    [InlineData("oci-archive:/srv/images", "oci:/srv/images/app.tar", false)]
    [InlineData("oci:/srv/images", "oci-archive:/srv/images/app.tar", false)]
    [InlineData("oci-archive:/", "oci-archive:-", false)]
    public void A_prefix_ends_at_a_part_s_end(string prefix, string image, bool contains)
    {
        Assert.Null(TrustScope.TryParse(prefix, out TrustScope? scope));
        Assert.Equal(contains, scope!.Contains(ImageRef.Parse(image)));
        Assert.Equal(scope, TrustScope.FromFileName(scope.FileName!));
        Assert.DoesNotContain('/', scope.FileName!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("team")]
    [InlineData("busybox")]
    [InlineData("registry.example/team:1")]
    [InlineData("registry.example/team@sha256:e98a0fa5771ee522276233ee2394c87f6e5df76165787bd93735e392334d2105")]
    [InlineData("registry.example//team")]
    [InlineData("registry.example/../team")]
    [InlineData("registry.example/Team")]
    [InlineData("oci:")]
    [InlineData("oci-archive:")]
    [InlineData("docker-archive:/srv/images")]
    public void What_is_no_prefix_is_refused(string text) => Assert.NotNull(TrustScope.TryParse(text, out _));

    [Theory]
    [InlineData("registry.example%2fteam")]
    [InlineData("registry.example%2F")]
    [InlineData("lost+found")]
    [InlineData("..")]
    public void Other_directories_stand_for_none(string name) => Assert.Null(TrustScope.FromFileName(name));
}
