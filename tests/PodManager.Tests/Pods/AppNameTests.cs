using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Pods;

public sealed class AppNameTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("web-1", true)]
    [InlineData("1", true)]
    [InlineData("", false)]
    [InlineData("-a", false)]
    [InlineData("a-", false)]
    [InlineData("A", false)]
    [InlineData("a.b", false)]
    [InlineData("a/b", false)]
    [InlineData("a\n", false)]
    [InlineData("ä", false)]
    [InlineData("web-health", false)]
    [InlineData("health", true)]
    public void Names_are_checked(string text, bool isValid) => Assert.Equal(isValid, AppName.TryParse(text, out _));

    [Theory]
    [InlineData("127.0.0.1:5000/busybox:latest", "busybox")]
    [InlineData("registry.example/shop/My_Web.App:1.0", "my-web-app")]
    [InlineData("alpine@sha256:abc", "alpine")]
    [InlineData("_", "app")]
    public void An_image_gives_its_app_a_name(string image, string name) => Assert.Equal(name, AppName.FromImage(image).ToString());
}
