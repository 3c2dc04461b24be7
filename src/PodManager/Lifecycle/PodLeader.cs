using Common.Native;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle;

/// <summary>A running pod's PID 1, held so that its number cannot come to mean another process.</summary>
internal sealed class PodLeader : IDisposable
{
    private PodLeader(PodId pod, int pid, Fd? process)
    {
        Pod = pod;
        Pid = pid;
        Process = process;
    }

    public PodId Pod { get; }

    public int Pid { get; }

    /// <summary>Readable once the process has ended; null if it had before it could be opened.</summary>
    public Fd? Process { get; }

    public bool HasEnded => Process is null || Pidfd.HasEnded(Process);

    public static PodLeader Open(PodId pod, int pid) => new(pod, pid, Pidfd.Open(pid));

    /// <summary>Asks for an orderly end: apps get their stop signal, logs and statuses are kept.</summary>
    public void PowerOff() => Signal(PodStarter.PowerOffSignal);

    /// <summary>Ends the pod at once; the kernel takes everything in it along (pid_namespaces(7)).</summary>
    public void Kill() => Signal(SIGKILL);

    /// <summary>Holds PID 1 where it is; the rest of the pod goes on.</summary>
    public void Stop() => Signal(SIGSTOP);

    /// <summary>Lets PID 1 go on.</summary>
    public void Continue() => Signal(SIGCONT);

    public void Dispose() => Process?.Dispose();

    private void Signal(int signal)
    {
        if (Process is not null)
        {
            _ = Pidfd.Signal(Process, signal);
        }
    }
}
