using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Pods;

public sealed class PodStateRulesTests
{
    private static readonly PodFacts Nothing = new(false, false, false, false, false, false, false, false);

    [Fact]
    public void Every_state_has_its_facts()
    {
        Check(PodState.AbortedPrepare, Nothing);
        Check(PodState.Garbage, Nothing with { IsMarked = true });
        Check(PodState.Preparing, Nothing with { IsLocked = true });
        Check(PodState.Preparing, Nothing with { IsLocked = true, IsPopulated = true });
        Check(PodState.Prepared, Nothing with { IsPrepared = true });
        Check(PodState.Preparing, Nothing with { IsPrepared = true, IsLocked = true });
        Check(PodState.Garbage, Nothing with { IsPrepared = true, IsMarked = true });
        PodFacts started = Nothing with { HasLeader = true, IsPopulated = true };
        Check(PodState.Running, started);
        Check(PodState.Running, started with { IsMarked = true });
        Check(PodState.Running, started with { IsPrepared = true });
        Check(PodState.Paused, started with { IsFrozen = true });
        Check(PodState.Exited, started with { HaveAllAppsEnded = true });
        Check(PodState.Exited, started with { HaveAllAppsEnded = true, IsFrozen = true });
        Check(PodState.Exited, started with { IsPopulated = false });
        Check(PodState.ExitedGarbage, started with { IsPopulated = false, IsMarked = true });
        Check(PodState.Deleting, started with { IsTrash = true });
    }

    [Fact]
    public void Every_state_has_a_word() =>
        Assert.Equal(Enum.GetValues<PodState>().Length, Enum.GetValues<PodState>().Select(static state => state.Word()).Distinct().Count());

    private static void Check(PodState expected, PodFacts facts) => Assert.Equal(expected, PodStateRules.Decide(facts));
}
