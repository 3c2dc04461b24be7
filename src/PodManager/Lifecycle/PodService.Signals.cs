using Common.Native;
using PodManager.Lifecycle.Foreground;
using PodManager.Pods;
using PodManager.Units;

namespace PodManager.Lifecycle;

/// <content>What is done to the processes of running pods.</content>
internal sealed partial class PodService
{
    /// <summary>Sends a signal to the main processes of pods' apps.</summary>
    /// <param name="pods">The pods.</param>
    /// <param name="name">Only this app of each; null for all that run.</param>
    /// <param name="signal">The signal.</param>
    /// <param name="report">Told each pod that has got it.</param>
    /// <exception cref="PodctlException">Some could not be reached; the others were.</exception>
    public void Kill(IReadOnlyList<PodId> pods, AppName? name, Signal signal, Action<PodId> report) => Each("send a signal to", pods, report, pod =>
    {
        _ = RequireUp(pod);
        IReadOnlyList<PodApp> apps = name is { } wanted ? [AppOf(pod, wanted.ToString())] : pod.Apps;
        if (!apps.Aggregate(false, (isSent, app) => Send(pod, app, signal) || isSent))
        {
            throw new PodctlException(ExitCode.WrongState, $"{(name is null ? "no app" : $"app '{name}'")} of pod '{pod.Id}' {(name is null ? "is" : "is not")} running");
        }
    });

    /// <summary>Stops all processes of pods where they are. Those of a pod that was paused before stay so.</summary>
    /// <exception cref="PodctlException">Some could not be paused; the others were.</exception>
    public void Pause(IReadOnlyList<PodId> pods, Action<PodId> report) => Each("pause", pods, report, pod =>
    {
        _ = RequireUp(pod);
        if (pod.State == PodState.Running && !units().FreezeUnit(pod.Id.ScopeName))
        {
            throw new PodctlException(ExitCode.WrongState, $"pod '{pod.Id}' is not running any more");
        }
    });

    /// <summary>Lets pods go on that were paused; those that were not do already.</summary>
    /// <exception cref="PodctlException">Some could not be resumed; the others were.</exception>
    public void Resume(IReadOnlyList<PodId> pods, Action<PodId> report) => Each("resume", pods, report, pod =>
    {
        _ = RequireUp(pod);
        if (pod.State == PodState.Paused)
        {
            _ = units().ThawUnit(pod.Id.ScopeName); // false: it has ended meanwhile
        }
    });

    private void Each(string verb, IReadOnlyList<PodId> pods, Action<PodId> report, Action<Pod> act)
    {
        Failures failures = new(verb, "pod");
        foreach (PodId pod in pods)
        {
            failures.Collect(() =>
            {
                act(Get(pod));
                report(pod);
            });
        }

        failures.ThrowIfAny();
    }

    private static Pod RequireUp(Pod pod) => pod.State.IsUp()
        ? pod
        : throw new PodctlException(ExitCode.WrongState, $"pod '{pod.Id}' is not running: its state is '{pod.State.Word()}'");

    private static bool Send(Pod pod, PodApp app, Signal signal)
    {
        using Fd? process = PodCgroups.OpenFirst(PodCgroups.ProcessesOf(pod.Id.Cgroup, AppUnit.NameOf(app.Name.ToString())), out _);
        return process is not null && Pidfd.Signal(process, signal.Number);
    }
}
