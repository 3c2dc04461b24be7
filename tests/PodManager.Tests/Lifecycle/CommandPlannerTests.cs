using Common.Contract;
using PodManager.Lifecycle;
using Xunit;

namespace PodManager.Tests.Lifecycle;

public sealed class CommandPlannerTests
{
    // proc_pid_limits(5), of a process with one limit lowered.
    private const string Limits = """
        Limit                     Soft Limit           Hard Limit           Units     
        Max cpu time              unlimited            unlimited            seconds   
        Max file size             4096                 8192                 bytes     
        Max data size             unlimited            unlimited            bytes     
        Max stack size            8388608              unlimited            bytes     
        Max nice priority         0                    0                    
        """;

    [Fact]
    public void Limits_are_numbered_in_their_order() => Assert.Equal(
        [
            new ResourceLimit(0, ulong.MaxValue, ulong.MaxValue), new ResourceLimit(1, 4096, 8192), new ResourceLimit(2, ulong.MaxValue, ulong.MaxValue),
            new ResourceLimit(3, 8388608, ulong.MaxValue), new ResourceLimit(4, 0, 0),
        ],
        CommandPlanner.ParseLimits(Limits));

    [Theory]
    [InlineData("")]
    [InlineData("Limit\nMax")]
    [InlineData("Limit\nMax cpu time              many                 unlimited            seconds")]
    public void What_is_not_understood_limits_nothing(string text) => Assert.Empty(CommandPlanner.ParseLimits(text));
}
