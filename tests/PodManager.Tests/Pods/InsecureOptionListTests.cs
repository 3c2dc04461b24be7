using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Pods;

public sealed class InsecureOptionListTests
{
    [Theory]
    [InlineData("none", InsecureOptions.None)]
    [InlineData("ondisk", InsecureOptions.None)]
    [InlineData("image", InsecureOptions.Image)]
    [InlineData("IMAGE,tls", InsecureOptions.Image | InsecureOptions.Tls)]
    [InlineData("all-fetch", InsecureOptions.AllFetch)]
    [InlineData("all-run,image", InsecureOptions.AllRun | InsecureOptions.Image)]
    [InlineData("all", InsecureOptions.All)]
    internal void A_list_is_read(string text, InsecureOptions expected)
    {
        Assert.True(InsecureOptionList.TryParse(text, out InsecureOptions options));
        Assert.Equal(expected, options);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("image,", 1)]
    [InlineData("image, tls", 1)]
    [InlineData("image,image", 1)]
    [InlineData("all,nosuch,other", 2)]
    public void Every_fault_is_found(string text, int faults) => Assert.Equal(faults, InsecureOptionList.Faults(text, out _).Count);

    [Fact]
    public void What_is_written_is_read_back()
    {
        for (int i = 0; i <= (int)InsecureOptions.All; i++)
        {
            Assert.True(InsecureOptionList.TryParse(InsecureOptionList.Format((InsecureOptions)i), out InsecureOptions options));
            Assert.Equal((InsecureOptions)i, options);
        }
    }
}
