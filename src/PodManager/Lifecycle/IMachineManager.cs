using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>The host's list of machines (org.freedesktop.machine1(5)), through which machinectl and `journalctl -M` know a pod. One caller at a time.</summary>
internal interface IMachineManager
{
    /// <summary>Registers a pod under its <see cref="PodId.MachineName"/>. The request is on its way when this returns.</summary>
    /// <param name="pod">The pod; its id is the machine's id.</param>
    /// <param name="leaderPid">The pod's PID 1, as the host numbers it; the scope around it becomes the machine's unit.</param>
    /// <param name="rootDirectory">The root as the host sees it.</param>
    /// <returns>The outcome: null, or why the pod goes on without being a machine.</returns>
    IPending<string?> Register(PodId pod, int leaderPid, string rootDirectory);

    /// <summary>Kills a machine's processes and forgets it.</summary>
    /// <returns>False if there is no such machine, or no machine manager.</returns>
    bool Terminate(PodId pod);

    /// <summary>What is known of a machine.</summary>
    /// <returns>Null if there is no such machine, or no machine manager.</returns>
    Machine? Get(PodId pod);
}

/// <summary>A registered machine.</summary>
internal sealed record Machine(string Unit, int LeaderPid, string RootDirectory, string State);
