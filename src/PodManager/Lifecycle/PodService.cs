using Common.Native;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle;

/// <summary>What can be done with pods that are there.</summary>
internal sealed partial class PodService(IPodStore store, INetworks networks, Func<IUnitManager> units, TimeProvider time)
{
    /// <summary>The kernel takes a pod apart in a fraction of a second; more than this means that something in it does not die.</summary>
    private static readonly TimeSpan TearDownTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Beyond what the scope itself gives before SIGKILL.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(120);

    /// <summary>For a podctl that is just about to end.</summary>
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(3);

    public IReadOnlyList<Pod> List() => store.List();

    public IReadOnlyList<PodSummary> Summaries() => store.Summaries();

    /// <summary>The pod that a user means by its name or the beginning of its UUID.</summary>
    public PodId Resolve(string text) =>
        PodName.TryParse(text, out PodName? name) && store.FindByName(name.Value) is { } named ? named : PodIdPrefix.Resolve(text, store.Ids());

    /// <summary>The pod as it is now.</summary>
    /// <exception cref="PodctlException">It is not there (any more).</exception>
    public Pod Get(PodId id) => store.Find(id) ?? throw NotFound(id);

    /// <summary>The pod, which must be running or paused.</summary>
    /// <exception cref="PodctlException">It is not.</exception>
    public Pod GetUp(PodId id) => RequireUp(Get(id));

    /// <summary>The app of a pod that a user means.</summary>
    /// <exception cref="PodctlException">The pod has none of that name.</exception>
    public static PodApp AppOf(Pod pod, string name) => pod.Apps.FirstOrDefault(app => app.Name.ToString() == name)
        ?? throw new PodctlException(ExitCode.NotFound, $"pod '{pod.Id}' has no app '{name}'", pod.Apps.Count == 0 ? "it has none" : $"it has {string.Join(", ", pod.Apps.Select(static app => app.Name))}");

    /// <summary>Waits until a pod has ended and nothing of it runs any more: its journal is complete then, too.</summary>
    /// <param name="id">The pod.</param>
    /// <param name="timeout">Null for ever.</param>
    /// <param name="ct">Ends the wait.</param>
    public Pod WaitForEnd(PodId id, TimeSpan? timeout, CancellationToken ct) => WaitFor(
        id, static pod => !MayStillEnd(pod) && !pod.HasProcesses, "end", timeout, ct);

    /// <summary>Waits until a pod's apps are up, or have been: it may have ended meanwhile.</summary>
    public Pod WaitForReadiness(PodId id, TimeSpan? timeout, CancellationToken ct) => WaitFor(
        id, static pod => pod.IsReady || !MayStillEnd(pod), "become ready", timeout, ct);

    /// <summary>
    /// Stops pods: in order, by the scope's stop signal, or at once with SIGKILL. All are asked before the first is waited for; every one that has
    /// stopped is told at once.
    /// </summary>
    /// <exception cref="PodctlException">Some could not be stopped; the others were.</exception>
    public void Stop(IReadOnlyList<PodId> pods, bool isForced, Action<PodId, StopOutcome> report, CancellationToken ct)
    {
        Failures failures = new("stop", "pod");
        List<(PodId Pod, Func<StopOutcome> Finish)> pending = [];
        foreach (PodId pod in pods)
        {
            failures.Collect(() => pending.Add((pod, BeginStop(Get(pod), isForced, ct))));
        }

        foreach ((PodId pod, Func<StopOutcome> finish) in pending)
        {
            failures.Collect(() => report(pod, finish()));
        }

        failures.ThrowIfAny();
    }

    /// <summary>Removes pods with all they left.</summary>
    /// <exception cref="PodctlException">Some could not be removed; the others were.</exception>
    public void Remove(IReadOnlyList<PodId> pods, bool isForced, Action<PodId> report, CancellationToken ct)
    {
        Failures failures = new("remove", "pod");
        foreach (PodId pod in pods)
        {
            failures.Collect(() =>
            {
                Remove(Get(pod), isForced, ct);
                report(pod);
            });
        }

        failures.ThrowIfAny();
    }

    private static bool MayStillEnd(Pod pod) => pod.State is PodState.Preparing or PodState.Prepared || pod.State.IsUp();

    private static PodctlException NotFound(PodId id) => new(ExitCode.NotFound, $"no pod '{id}'", "`podctl list` shows the pods there are");

    private Pod WaitFor(PodId id, Func<Pod, bool> condition, string what, TimeSpan? timeout, CancellationToken ct)
    {
        Pod pod = store.WaitFor(id, condition, timeout, ct) ?? throw NotFound(id);
        return condition(pod)
            ? pod
            : throw new PodctlException(ExitCode.Failed, $"pod '{id}' did not {what} within {GoDuration.Format(timeout ?? default)}");
    }

    /// <returns>Waits for what was begun.</returns>
    private Func<StopOutcome> BeginStop(Pod pod, bool isForced, CancellationToken ct)
    {
        if (pod.State == PodState.Preparing)
        {
            throw new PodctlException(ExitCode.WrongState, $"pod '{pod.Id}' is not running: it is being prepared");
        }

        if (pod.Started is null)
        {
            throw new PodctlException(ExitCode.WrongState, $"pod '{pod.Id}' is not running: its state is '{pod.State.Word()}'");
        }

        // Its processes count, not its apps' statuses: a pod can write those itself.
        if (!pod.HasProcesses)
        {
            return () => StopOutcome.AlreadyStopped;
        }

        if (isForced)
        {
            return () =>
            {
                Kill(pod.Id, ct);
                _ = networks.Leave(pod.Id);
                return StopOutcome.Stopped;
            };
        }

        if (pod.State == PodState.Paused)
        {
            _ = units().ThawUnit(pod.Id.ScopeName); // what is frozen cannot end in order
        }

        IPending<bool> stop = units().StopUnit(pod.Id.ScopeName, StopTimeout);
        return () =>
        {
            WaitUntilGone(pod.Id, stop.Wait(ct) ? TearDownTimeout : StopTimeout, ct);
            _ = networks.Leave(pod.Id);
            return StopOutcome.Stopped;
        };
    }

    private void Remove(Pod pod, bool isForced, CancellationToken ct)
    {
        if (pod.State.IsUp() && !isForced)
        {
            throw Running(pod.Id, pod.State.Word());
        }

        // A podctl in the foreground has the lock for as long as its pod runs.
        bool isKilled = isForced && pod.HasProcesses && pod.State != PodState.Preparing;
        if (isKilled)
        {
            Kill(pod.Id, ct);
        }

        using IPodHandle? handle = Lock(pod, isKilled, ct);
        if (handle is null)
        {
            _ = networks.Leave(pod.Id);
            return; // its own podctl has removed it, `run --rm`
        }

        // A pod whose run has just returned may still be being taken apart by the kernel.
        if (!store.WaitUntilEmpty(pod.Id, TearDownTimeout, ct))
        {
            throw Running(pod.Id, PodState.Running.Word());
        }

        handle.Remove();
        _ = networks.Leave(pod.Id); // last: what a plugin cannot do is left to `gc`, and the pod is gone
    }

    /// <summary>Connects pods anew that run, with the addresses that they have.</summary>
    /// <param name="pods">Which; none for all that run and have joined networks.</param>
    /// <param name="report">Told each.</param>
    /// <exception cref="PodctlException">Some could not be connected; the others were.</exception>
    public void ReloadNetworks(IReadOnlyList<PodId> pods, Action<PodId> report) => Each(
        "connect", pods.Count > 0 ? pods : [.. store.List().Where(static pod => pod is { State: PodState.Running, Networks.Count: > 0 }).Select(static pod => pod.Id)], report, pod =>
        {
            if (RequireUp(pod) is { LeaderPid: { } leader })
            {
                using Fd networkNamespace = Files.Open($"/proc/{leader}/ns/net", O_RDONLY);
                if (Get(pod.Id).LeaderPid == leader) // else the number may be another process's by now
                {
                    networks.Renew(pod.Id, networkNamespace.PathForOthers);
                }
            }
        });

    /// <summary>Gives back what pods that have ended had of their networks; one that is not there (any more) may still have something.</summary>
    /// <param name="pods">Which; none for all that have ended.</param>
    /// <exception cref="PodctlException">Some could not be released, such as one that runs; the others were.</exception>
    public void ReleaseNetworks(IReadOnlyList<PodId> pods)
    {
        Failures failures = new("release the networks of", "pod");
        foreach (PodId pod in pods.Count > 0 ? pods : networks.Owners().Where(owner => store.WaitUntilEmpty(owner, TimeSpan.Zero, CancellationToken.None)))
        {
            failures.Collect(() =>
            {
                if (!store.WaitUntilEmpty(pod, TearDownTimeout, CancellationToken.None))
                {
                    throw Running(pod, PodState.Running.Word());
                }

                _ = networks.Leave(pod);
            });
        }

        failures.ThrowIfAny();
    }

    private IPodHandle? Lock(Pod pod, bool mayBeGone, CancellationToken ct)
    {
        try
        {
            return store.TryLock(pod.Id, LockTimeout, ct) ?? throw new PodctlException(
                ExitCode.WrongState,
                $"pod '{pod.Id}' is {(pod.State == PodState.Preparing ? "being prepared" : pod.State == PodState.Deleting ? "being removed" : "in use by another podctl")}",
                "try again when that has ended");
        }
        catch (PodctlException e) when (mayBeGone && e.Code == ExitCode.NotFound)
        {
            return null;
        }
    }

    private static PodctlException Running(PodId id, string state) => new(
        ExitCode.WrongState, $"pod '{id}' is {state}", $"`podctl stop {id}` stops it first, `podctl rm --force {id}` kills it");

    private void Kill(PodId id, CancellationToken ct)
    {
        try
        {
            _ = units().KillUnit(id.ScopeName, KillTarget.All, SIGKILL); // false: it has ended by itself
        }
        catch (PodctlException) when (store.TryKill(id))
        {
            // systemd kills one process after another, and gives up when they come faster than it can list them; the kernel does not.
        }

        WaitUntilGone(id, TearDownTimeout, ct);
    }

    private void WaitUntilGone(PodId id, TimeSpan timeout, CancellationToken ct)
    {
        if (!store.WaitUntilEmpty(id, timeout, ct))
        {
            throw new PodctlException(
                ExitCode.Failed, $"pod '{id}' still has processes after {timeout.TotalSeconds} s", $"`systemctl status {id.ScopeName}` shows them");
        }
    }
}
