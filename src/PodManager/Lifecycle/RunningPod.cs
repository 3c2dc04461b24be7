using Common.Native;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle;

/// <summary>A pod that runs, held by its PID 1: whatever becomes of the number, this is the process that was meant.</summary>
internal sealed class RunningPod : IDisposable
{
    private RunningPod(Pod pod, Fd leader)
    {
        Pod = pod;
        Leader = leader;
    }

    public Pod Pod { get; }

    /// <summary>/proc/PID of the pod's PID 1.</summary>
    public Fd Leader { get; }

    /// <exception cref="PodctlException">The pod does not run.</exception>
    public static RunningPod Open(PodService pods, PodId id)
    {
        Pod pod = pods.Get(id);
        if (pod is not { State: PodState.Running, LeaderPid: int pid, Record: not null })
        {
            throw NotRunning(pod);
        }

        Fd leader = OpenProcess(pid) ?? throw NotRunning(pod);
        if (pods.Get(id).LeaderPid != pid)
        {
            leader.Dispose();
            throw NotRunning(pod); // the number may be another process's by now
        }

        return new RunningPod(pod, leader);
    }

    /// <returns>/proc/PID; null if there is no such process.</returns>
    public static Fd? OpenProcess(int pid)
    {
        try
        {
            return Files.Open($"/proc/{pid}", O_RDONLY | O_DIRECTORY);
        }
        catch (NativeException e) when (e.Errno == Errno.ENOENT)
        {
            return null;
        }
    }

    /// <summary>The cgroup of the pod's systemd, for what runs beside it.</summary>
    public Fd OpenManagerCgroup() => Files.Open($"{Pod.Id.Cgroup}/init.scope", O_RDONLY | O_DIRECTORY);

    public void Dispose() => Leader.Dispose();

    private static PodctlException NotRunning(Pod pod) => new(
        ExitCode.WrongState, $"pod '{pod.Id}' is not running{(pod.State == PodState.Running ? " any more" : $": its state is '{pod.State.Word()}'")}");
}
