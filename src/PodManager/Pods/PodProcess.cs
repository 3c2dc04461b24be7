namespace PodManager.Pods;

/// <summary>A process of a pod.</summary>
/// <param name="Pid">As the host numbers it.</param>
/// <param name="PodPid">As the pod numbers it.</param>
/// <param name="Service">The service of the pod's systemd that it belongs to, such as `web.service`; empty for systemd itself.</param>
/// <param name="Uid">Its user, as the host numbers it.</param>
/// <param name="State">A letter, proc_pid_stat(5).</param>
/// <param name="CpuTime">What it has used.</param>
/// <param name="MemoryBytes">Resident.</param>
/// <param name="Command">Its command line; its name in brackets if it has none.</param>
internal sealed record PodProcess(int Pid, int PodPid, string Service, uint Uid, char State, TimeSpan CpuTime, long MemoryBytes, string Command);
