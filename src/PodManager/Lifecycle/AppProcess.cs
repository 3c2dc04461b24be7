using System.Globalization;
using Common.Native;
using PodManager.Lifecycle.Foreground;
using PodManager.Pods;
using PodManager.Units;

namespace PodManager.Lifecycle;

/// <summary>Finds the processes of running apps.</summary>
internal static class AppProcess
{
    /// <summary>The app that is meant: the named one, or the only one.</summary>
    /// <exception cref="PodctlException">There is none of that name, or there are several.</exception>
    public static PodApp AppOf(Pod pod, AppName? name) =>
        name is not null ? PodService.AppOf(pod, name.ToString()!)
        : pod.Apps is [PodApp only] ? only
        : throw new PodctlException(ExitCode.Usage, $"pod '{pod.Id}' has several apps: {string.Join(", ", pod.Apps.Select(static app => app.Name))}", "say which with `--app=NAME`");

    /// <summary>The file that lists the processes of an app.</summary>
    public static string ListOf(Pod pod, PodApp app) => PodCgroups.ProcessesOf(pod.Id.Cgroup, AppUnit.NameOf(app.Name.ToString()));

    /// <summary>/proc/PID of the app's first process, which is its main one while that lives; it stays this process's, whatever becomes of the number.</summary>
    /// <returns>Null if the app has no process.</returns>
    public static Fd? TryOpen(Pod pod, PodApp app)
    {
        string list = ListOf(pod, app);
        using Fd? held = PodCgroups.OpenFirst(list, out int pid);
        Fd? process = held is null ? null : RunningPod.OpenProcess(pid);

        // The number may have become another process's before it was held: then it is not in the list any more.
        if (process is null || !IsListed(list, pid) || Pidfd.HasEnded(held!))
        {
            process?.Dispose();
            return null;
        }

        return process;
    }

    private static bool IsListed(string list, int pid)
    {
        try
        {
            return File.ReadLines(list).Contains(pid.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal);
        }
        catch (IOException)
        {
            return false; // the cgroup goes
        }
    }
}
