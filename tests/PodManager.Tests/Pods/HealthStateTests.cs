using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Pods;

public sealed class HealthStateTests
{
    [Theory]
    [InlineData("starting 0 12\n", "starting", 0)]
    [InlineData("healthy 0 12 1700000000:0   \n", "healthy", 0, 0)]
    [InlineData("unhealthy 3 12 5:1 4:TERM 3:timeout 2:203 1:resources\n", "unhealthy", 3, 1, 143, 137, 203, 125)]
    public void A_state_has_results(string text, string status, int failures, params int[] codes)
    {
        HealthState state = HealthState.Parse(text)!;
        Assert.Equal((status, failures), (state.Status, state.FailingStreak));
        Assert.Equal(codes, state.Results.Select(static result => result.ExitCode));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("healthy 0 12")]
    [InlineData("healthy 0 12\n\n")]
    [InlineData("healthy 0\n")]
    [InlineData("fine 0 12\n")]
    [InlineData("healthy -1 12\n")]
    [InlineData("healthy 99999999999 12\n")]
    [InlineData("healthy 0 x\n")]
    [InlineData("healthy 0 12 1:\n")]
    [InlineData("healthy 0 12 1:256\n")]
    [InlineData("healthy 0 12 1:NOSUCH\n")]
    [InlineData("healthy 0 12 1:\u001b\n")]
    [InlineData("healthy 0 12 x:1\n")]
    [InlineData("healthy 0 12 1\n")]
    [InlineData("healthy 0 12 9223372036854775807:1\n")]
    [InlineData("healthy 0 12 6:1 5:1 4:1 3:1 2:1 1:1\n")]
    public void Anything_else_is_none(string text) => Assert.Null(HealthState.Parse(text));
}
