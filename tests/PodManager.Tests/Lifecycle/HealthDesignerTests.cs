using System.Text.Json;
using PodManager.Images.Oci;
using PodManager.Lifecycle;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Lifecycle;

public sealed class HealthDesignerTests
{
    private static readonly HealthOptions None = new();

    [Theory]
    [InlineData("""["CMD","curl","-f","http://localhost/"]""", "curl", "-f", "http://localhost/")]
    [InlineData("""["CMD","./check"]""", "/srv/./check")]
    [InlineData("""["CMD-SHELL","curl -f http://localhost/ || exit 1"]""", "/bin/sh", "-c", "curl -f http://localhost/ || exit 1")]
    [InlineData("""["NONE"]""")]
    [InlineData("[]")]
    [InlineData("null")]
    public void An_image_says_how_its_health_is_checked(string test, params string[] command) =>
        Assert.Equal(command, Design(Image($$"""{"Test":{{test}}}"""), None)?.Command ?? []);

    [Theory]
    [InlineData("""["EXEC","x"]""")]
    [InlineData("""["CMD"]""")]
    [InlineData("""["CMD",""]""")]
    [InlineData("""["CMD-SHELL"]""")]
    [InlineData("""["CMD-SHELL","a","b"]""")]
    [InlineData("""["CMD","a\u0000b"]""")]
    public void What_is_no_command_is_refused(string test)
    {
        ImageHealth? image = Image($$"""{"Test":{{test}}}""");
        Assert.Contains("of the image of app 'web' is no command", Assert.Throws<PodctlException>(() => Design(image, None)).Message, StringComparison.Ordinal);
        Assert.Null(Design(image, new HealthOptions { Command = [] }));
        Assert.Equal(["/x"], Design(image, new HealthOptions { Command = ["/x"] })!.Command);
    }

    [Fact]
    public void What_the_image_leaves_open_has_defaults()
    {
        HealthCheck check = Design(Image("""{"Test":["CMD","/x"],"Interval":0,"Timeout":-1,"StartPeriod":999,"Retries":0}"""), None)!;
        Assert.Equal((30, 30, 0, 3, HealthAction.None), (check.Interval.TotalSeconds, check.Timeout.TotalSeconds, check.StartPeriod.TotalSeconds, check.Retries, check.OnFailure));
        Assert.Null(check.StartInterval);
    }

    [Fact]
    public void Flags_beat_the_image()
    {
        ImageHealth? image = Image("""{"Test":["CMD","/x"],"Interval":5000000000,"Timeout":6000000000,"StartPeriod":7000000000,"StartInterval":8000000000,"Retries":9}""");
        HealthCheck check = Design(image, None)!;
        Assert.Equal((5, 6, 7, 8, 9), (check.Interval.TotalSeconds, check.Timeout.TotalSeconds, check.StartPeriod.TotalSeconds, check.StartInterval!.Value.TotalSeconds, check.Retries));
        TimeSpan second = TimeSpan.FromSeconds(1);
        check = Design(image, new HealthOptions { Interval = second, Timeout = second, StartPeriod = TimeSpan.Zero, StartInterval = second, Retries = 1, OnFailure = HealthAction.Kill })!;
        Assert.Equal(["/x"], check.Command);
        Assert.Equal((second, second, TimeSpan.Zero, second, 1, HealthAction.Kill), (check.Interval, check.Timeout, check.StartPeriod, check.StartInterval!.Value, check.Retries, check.OnFailure));
    }

    [Fact]
    public void What_is_said_about_no_check_is_refused()
    {
        PodctlException e = Assert.Throws<PodctlException>(() => Design(null, new HealthOptions { Retries = 2 }));
        Assert.Contains("app 'web' has no health check", e.Message, StringComparison.Ordinal);
        Assert.Null(Design(null, None));
    }

    private static HealthCheck? Design(ImageHealth? image, HealthOptions options) => HealthDesigner.Design(Records.Name("web"), image, options, "/srv");

    private static ImageHealth? Image(string json) => JsonSerializer.Deserialize($$$"""{"config":{"Healthcheck":{{{json}}}}}""", OciJson.Default.OciImage)!.Config!.ToImageConfig().Health;
}
