using System.Text;
using PodManager.Images;
using PodManager.Lifecycle;
using Xunit;

namespace PodManager.Tests.Images;

public sealed class CreationTimeTests
{
    [Fact]
    public void It_is_the_configurations() => Assert.Equal(new DateTimeOffset(2026, 11, 25, 10, 0, 0, TimeSpan.Zero), Of("""{"created": "2026-11-25T11:00:00+01:00"}"""));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"created": null}""")]
    [InlineData("""{"created": 7}""")]
    [InlineData("""{"created": "yesterday"}""")]
    [InlineData("""{"created": "\ud800"}""")] // half a character
    public void What_says_no_time_has_none(string configuration) => Assert.Null(Of(configuration));

    private static DateTimeOffset? Of(string configuration)
    {
        byte[] content = Encoding.UTF8.GetBytes(configuration);
        return CreationTime.Of(new ImageDocument(ContentHash.Of(content), "application/json", content));
    }
}
