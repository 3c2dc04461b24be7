using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <content>Removal of what nobody needs any more.</content>
internal sealed partial class PodService
{
    private static readonly TimeSpan TakeApartTime = TimeSpan.FromSeconds(2);

    private const string ScopePrefix = "rkt-";
    private const string ScopeSuffix = ".scope";

    /// <summary>
    /// Marks pods that have ended, and removes those that were marked longer ago than the grace period, with whatever dead processes have left. What runs
    /// is never touched.
    /// </summary>
    /// <exception cref="PodctlException">Something could not be removed; the rest was.</exception>
    public void CollectGarbage(GarbageOptions options, Action<GarbageEvent> report, CancellationToken ct)
    {
        Failures failures = new("remove", "pod");
        foreach (Pod pod in store.List())
        {
            failures.Collect(() => UnlessRemoved(() => Mark(pod, options, report, ct)));
        }

        if (!options.MarkOnly)
        {
            foreach (Pod pod in store.List())
            {
                failures.Collect(() => UnlessRemoved(() => Sweep(pod, options, report, ct)));
            }

            foreach (PodId owner in (options.KeepNetworks ? [] : networks.Owners()).Where(owner => store.WaitUntilEmpty(owner, TimeSpan.Zero, ct)))
            {
                failures.Collect(() => ReleaseLeftovers(owner, report));
            }

            failures.Collect(() => store.RemoveLeftovers(message => report(new GarbageEvent.Leftover(message))));
            failures.Collect(() => ForgetFailedScopes(report));
        }

        failures.ThrowIfAny();
    }

    /// <summary>A pod whose apps have just ended is still taking itself apart; one that only claims to have ended goes on, and is left alone.</summary>
    private bool IsGone(Pod pod, CancellationToken ct) => !pod.HasProcesses || store.WaitUntilEmpty(pod.Id, TakeApartTime, ct);

    /// <summary>Another podctl may remove a pod at the same moment: that is as good.</summary>
    private static void UnlessRemoved(Action work)
    {
        try
        {
            work();
        }
        catch (PodctlException e) when (e.Code == ExitCode.NotFound)
        {
        }
    }

    private void Mark(Pod pod, GarbageOptions options, Action<GarbageEvent> report, CancellationToken ct)
    {
        bool isExpired = pod.State == PodState.Prepared && !options.MarkOnly && pod.Created + options.ExpirePrepared <= time.GetUtcNow();
        if (!isExpired && pod.State is not (PodState.Exited or PodState.AbortedPrepare))
        {
            return;
        }

        if (pod.State == PodState.AbortedPrepare && pod.HasProcesses)
        {
            KillAbandoned(pod, ct);
        }

        if (!IsGone(pod, ct))
        {
            return;
        }

        using IPodHandle? handle = store.TryLock(pod.Id, TimeSpan.Zero, ct);

        // It may have been started between the look and the lock. Its state cannot be compared: this lock makes it 'preparing'.
        if (handle is not null && store.Find(pod.Id) is { HasProcesses: false } now && now.Started == pod.Started)
        {
            handle.MarkGarbage();
            report(isExpired ? new GarbageEvent.Expired(pod.Id, options.ExpirePrepared) : new GarbageEvent.Marked(pod.Id, IsAborted: pod.State == PodState.AbortedPrepare));
        }
    }

    /// <summary>Its podctl died after the pod's start and before anything was on record: nobody knows of it, or ever will.</summary>
    private void KillAbandoned(Pod pod, CancellationToken ct)
    {
        using IPodHandle? handle = store.TryLock(pod.Id, TimeSpan.Zero, ct);
        if (handle is not null && store.Find(pod.Id) is { Started: null })
        {
            _ = units().KillUnit(pod.Id.ScopeName, KillTarget.All, Tmds.Linux.LibC.SIGKILL);
        }
    }

    private void Sweep(Pod pod, GarbageOptions options, Action<GarbageEvent> report, CancellationToken ct)
    {
        if (pod.State is not (PodState.ExitedGarbage or PodState.Garbage) || !IsGone(pod, ct))
        {
            return;
        }

        if (pod.State == PodState.ExitedGarbage && pod.Marked + options.GracePeriod > time.GetUtcNow())
        {
            report(new GarbageEvent.Kept(pod.Id, options.GracePeriod));
            return;
        }

        using IPodHandle? handle = store.TryLock(pod.Id, TimeSpan.Zero, ct);
        if (handle is not null && store.WaitUntilEmpty(pod.Id, TimeSpan.Zero, ct))
        {
            report(new GarbageEvent.Removing(pod.Id));
            handle.Remove();
        }
    }

    /// <summary>Nobody has done it when the pod ended: its host went down, or a plugin failed.</summary>
    private void ReleaseLeftovers(PodId owner, Action<GarbageEvent> report)
    {
        if (networks.Leave(owner))
        {
            report(new GarbageEvent.Leftover($"released the networks of pod '{owner}'"));
        }
    }

    /// <summary>A scope is collected by itself; one that failed under an older manager stays, and blocks its name.</summary>
    private void ForgetFailedScopes(Action<GarbageEvent> report)
    {
        IUnitManager manager = units();
        foreach (string scope in manager.ListUnits($"{ScopePrefix}*{ScopeSuffix}", ["failed"]))
        {
            if (PodId.TryParse(scope[ScopePrefix.Length..^ScopeSuffix.Length], out _))
            {
                manager.ResetFailed(scope);
                report(new GarbageEvent.Leftover($"reset the failed unit '{scope}'"));
            }
        }

        foreach (string scope in manager.ListUnits($"{ScopePrefix}*{ScopeSuffix}", ["active"]))
        {
            // Its process died before systemd had put it in: nothing will ever tell systemd that the scope is empty.
            if (PodId.TryParse(scope[ScopePrefix.Length..^ScopeSuffix.Length], out PodId? id)
                && store.Find(id.Value) is null or { State: not (PodState.Preparing or PodState.Running or PodState.Paused), HasProcesses: false }
                && store.WaitUntilEmpty(id.Value, TimeSpan.Zero, CancellationToken.None)
                && !store.IsReserved(id.Value))
            {
                _ = manager.StopUnit(scope, TakeApartTime).Wait(CancellationToken.None);
                report(new GarbageEvent.Leftover($"stopped the empty unit '{scope}'"));
            }
        }
    }
}
