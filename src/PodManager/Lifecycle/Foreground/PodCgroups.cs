using System.Globalization;
using Common.Native;

namespace PodManager.Lifecycle.Foreground;

/// <summary>Finds processes of a pod by the cgroups that its systemd makes.</summary>
internal static class PodCgroups
{
    /// <summary>The file that lists the processes of a service in a pod.</summary>
    public static string ProcessesOf(string cgroup, string service) => $"{cgroup}/system.slice/{service}/cgroup.procs";

    /// <summary>The first process of a service in the pod: its main one, while that lives.</summary>
    /// <returns>Null if it has none (any more).</returns>
    public static Fd? OpenService(PodDirectories pod, string service) => OpenFirst(ProcessesOf(pod.Cgroup, service), out _);

    /// <summary>The first process that a cgroup.procs file lists.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pid">Its number on the host; 0 if there is none.</param>
    /// <returns>Null if there is none (any more).</returns>
    public static Fd? OpenFirst(string path, out int pid)
    {
        pid = 0;
        try
        {
            string? first = File.ReadLines(path).FirstOrDefault();
            return int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out pid) && pid > 0 ? Pidfd.Open(pid) : null;
        }
        catch (IOException)
        {
            return null; // the cgroup is not there yet, or not any more; its file fails with ENODEV while it goes
        }
    }
}
