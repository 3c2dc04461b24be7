namespace PodManager.Pods;

/// <summary>Which state follows from what is on disk and in the kernel.</summary>
internal static class PodStateRules
{
    public static PodState Decide(PodFacts facts) => facts switch
    {
        { IsTrash: true } => PodState.Deleting,
        { HasLeader: false, IsLocked: true } => PodState.Preparing,
        { HasLeader: false, IsMarked: true } => PodState.Garbage,
        { HasLeader: false, IsPrepared: true } => PodState.Prepared,
        { HasLeader: false } => PodState.AbortedPrepare,

        // Once every app has left its status the pod is only being taken apart. One that claims so and goes on
        // is caught by whoever looks at its processes before removing it.
        { IsPopulated: true, HaveAllAppsEnded: false, IsFrozen: true } => PodState.Paused,
        { IsPopulated: true, HaveAllAppsEnded: false } => PodState.Running,
        { IsMarked: true } => PodState.ExitedGarbage,
        _ => PodState.Exited,
    };

    /// <summary>Whether its apps are there, at work or not.</summary>
    public static bool IsUp(this PodState state) => state is PodState.Running or PodState.Paused;

    /// <summary>The state as tables and JSON say it.</summary>
    public static string Word(this PodState state) => state switch
    {
        PodState.Preparing => "preparing",
        PodState.AbortedPrepare => "aborted prepare",
        PodState.Prepared => "prepared",
        PodState.Running => "running",
        PodState.Paused => "paused",
        PodState.Exited => "exited",
        PodState.ExitedGarbage => "exited garbage",
        PodState.Garbage => "garbage",
        PodState.Deleting => "deleting",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };
}

/// <summary>What can be seen of a pod.</summary>
/// <param name="IsTrash">Its directory has been renamed for removal.</param>
/// <param name="IsLocked">A process makes, starts or removes it. Need not be known once it has a leader.</param>
/// <param name="HasLeader">It has been started.</param>
/// <param name="IsPopulated">Its scope's cgroup has processes.</param>
/// <param name="HaveAllAppsEnded">Every app has a status, and none is started again.</param>
/// <param name="IsPrepared">Its making is complete, and it waits to be started.</param>
/// <param name="IsFrozen">Its processes have been stopped where they are.</param>
/// <param name="IsMarked">`gc` has marked it.</param>
internal sealed record PodFacts(bool IsTrash, bool IsLocked, bool HasLeader, bool IsPopulated, bool HaveAllAppsEnded, bool IsPrepared, bool IsFrozen, bool IsMarked);
