using System.Globalization;
using Common.Native;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <summary>A pod's scope as the kernel sees it: a cgroup that has processes or not (cgroups(7), "cgroup.events").</summary>
internal static class PodCgroup
{
    private const string Populated = "populated 1";

    public static string EventsPath(PodId id) => $"{id.Cgroup}/cgroup.events";

    /// <summary>Whether there are processes, and whether all of them are stopped where they are.</summary>
    public static (bool IsPopulated, bool IsFrozen) Look(PodId id)
    {
        try
        {
            using Fd events = Files.Open(EventsPath(id), O_RDONLY);
            string[] lines = Files.ReadText(events).Split('\n');
            return (lines.Contains(Populated, StringComparer.Ordinal), lines.Contains("frozen 1", StringComparer.Ordinal));
        }
        catch (NativeException e) when (IsGone(e))
        {
            return (false, false);
        }
    }

    /// <summary>Those of a pod's apps that are there, and when the first process of each was started. One without a process is about to leave its status, or waits for its next start: systemd may keep its cgroup meanwhile.</summary>
    public static Dictionary<AppName, DateTimeOffset?> RunningApps(PodId id, IEnumerable<PodApp> apps)
    {
        Dictionary<AppName, DateTimeOffset?> running = [];
        foreach (AppName app in apps.Select(static app => app.Name))
        {
            try
            {
                using Fd processes = Files.Open($"{id.Cgroup}/system.slice/{app}.service/cgroup.procs", O_RDONLY);
                running[app] = int.TryParse(Files.ReadText(processes).Split('\n')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? ProcessStart.TimeOf(pid) : null;
            }
            catch (NativeException e) when (IsGone(e))
            {
                continue;
            }
        }

        return running;
    }

    /// <summary>Kills all processes in one step (cgroups(7), `cgroup.kill`).</summary>
    /// <returns>False if the kernel cannot, being older than 5.14.</returns>
    public static bool TryKill(PodId id)
    {
        try
        {
            using Fd kill = Files.Open($"{id.Cgroup}/cgroup.kill", O_WRONLY);
            Files.WriteAll(kill, "1"u8);
            return true;
        }
        catch (NativeException)
        {
            return false;
        }
    }

    /// <summary>Waits until no process is left.</summary>
    /// <returns>False if the time was up first.</returns>
    public static bool WaitUntilEmpty(PodId id, TimeSpan timeout, TimeProvider time, CancellationToken ct)
    {
        try
        {
            using Fd events = Files.Open(EventsPath(id), O_RDONLY);
            long start = time.GetTimestamp();
            while (IsPopulated(events))
            {
                TimeSpan left = timeout - time.GetElapsedTime(start);

                // The kernel tells a change as POLLPRI, to whoever has read the file before.
                if (left <= TimeSpan.Zero || !Readiness.Wait(events.Number, (short)POLLPRI, left, ct))
                {
                    return false;
                }
            }

            return true;
        }
        catch (NativeException e) when (IsGone(e))
        {
            return true;
        }
    }

    private static bool IsPopulated(Fd events)
    {
        _ = NativeException.ThrowIfFailed(Libc.LSeek(events.Number, 0, SEEK_SET), "lseek", "'cgroup.events'");
        return Files.ReadText(events).Split('\n').Contains(Populated, StringComparer.Ordinal);
    }

    // ENODEV: the cgroup was removed while the file was open.
    private static bool IsGone(NativeException e) => e.Errno is Errno.ENOENT or Errno.ENODEV;
}
