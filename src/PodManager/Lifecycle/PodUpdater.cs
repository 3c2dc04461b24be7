using PodManager.Pods;
using PodManager.Units;

namespace PodManager.Lifecycle;

/// <summary>Changes what pods and apps may use, while they run or before they do.</summary>
internal sealed class PodUpdater(IPodStore store, PodService pods, Func<IUnitManager> units, IPodSystemd systemd, IMessageSink messages)
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(3);

    /// <param name="ids">The pods.</param>
    /// <param name="name">Only this app of each; null for the pod as a whole.</param>
    /// <param name="change">The limits to change.</param>
    /// <param name="report">Told each pod that has been changed.</param>
    /// <param name="ct">Ends it early.</param>
    /// <exception cref="PodctlException">Some could not be changed; the others were.</exception>
    public void Update(IReadOnlyList<PodId> ids, AppName? name, ResourceLimits change, Action<PodId> report, CancellationToken ct)
    {
        bool isAnyChanged = false;
        Failures failures = new("update", "pod");
        foreach (PodId id in ids)
        {
            failures.Collect(() =>
            {
                Update(id, name, change, ct);
                isAnyChanged = true;
                report(id);
            });
        }

        if (isAnyChanged)
        {
            LimitControllers.Check([change], messages);
        }

        failures.ThrowIfAny();
    }

    private void Update(PodId id, AppName? name, ResourceLimits change, CancellationToken ct)
    {
        Pod pod = pods.Get(id);
        if (pod.State == PodState.Prepared)
        {
            UpdatePrepared(id, name, change, ct);
            return;
        }

        using IPodEdit edit = store.Edit(id);
        pod = pods.GetUp(id);
        PodRecord changed = Changed(pod, name, change);
        if (name is { } app)
        {
            // systemd in a pod that is paused would answer when it is resumed.
            using RunningPod running = RunningPod.Open(pods, id);
            _ = systemd.Run(running, $"cannot change app '{app}' of pod '{id}'", ["set-property", "--runtime", AppUnit.NameOf(app.ToString()), .. LimitLines.Of(change)], CancellationToken.None);
        }
        else if (!units().SetProperties(id.ScopeName, [.. LimitProperties.Of(change)]))
        {
            throw new PodctlException(ExitCode.WrongState, $"pod '{id}' is not running any more");
        }

        edit.Save(changed);
    }

    private void UpdatePrepared(PodId id, AppName? name, ResourceLimits change, CancellationToken ct)
    {
        using IPodHandle handle = store.TryLock(id, LockTimeout, ct) ?? throw new PodctlException(ExitCode.WrongState, $"pod '{id}' is being started or removed");
        Pod pod = pods.Get(id);
        if (pod is not { IsPrepared: true, Started: null, Marked: null })
        {
            throw new PodctlException(ExitCode.WrongState, $"pod '{id}' is not prepared any more");
        }

        handle.Update(Changed(pod, name, change));
        handle.Sync();
    }

    private static PodRecord Changed(Pod pod, AppName? name, ResourceLimits change)
    {
        PodRecord record = pod.Record ?? throw new PodctlException(ExitCode.Failed, $"cannot change pod '{pod.Id}': {pod.Problem}");
        if (name is not { } wanted)
        {
            return record with { Limits = record.Limits.With(change) };
        }

        PodApp app = PodService.AppOf(pod, wanted.ToString());
        return record with { Apps = [.. record.Apps.Select(other => other != app ? other : app with { Isolation = app.Isolation.With(app.Isolation.Limits.With(change)) })] };
    }
}
