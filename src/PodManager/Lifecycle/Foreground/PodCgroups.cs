using System.Globalization;
using Common.Native;

namespace PodManager.Lifecycle.Foreground;

/// <summary>Finds processes of a pod by the cgroups that its systemd makes.</summary>
internal static class PodCgroups
{
    /// <summary>The first process of a service in the pod: its main one, while that lives.</summary>
    /// <returns>Null if it has none (any more).</returns>
    public static Fd? OpenService(PodDirectories pod, string service)
    {
        try
        {
            string? first = File.ReadLines($"{pod.Cgroup}/system.slice/{service}/cgroup.procs").FirstOrDefault();
            return int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid > 0 ? Pidfd.Open(pid) : null;
        }
        catch (IOException)
        {
            return null; // the cgroup is gone; its file fails with ENODEV in that moment
        }
    }
}
