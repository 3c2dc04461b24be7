using Common.Native;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle;

/// <summary>Tells which limits a host cannot keep. systemd takes any; without the controller in cgroup version 2, as one mounted in version 1 is, none of it comes about (cgroups(7)).</summary>
internal static class LimitControllers
{
    private const string ListFile = "/sys/fs/cgroup/cgroup.controllers";

    /// <summary>Warns of each controller that the host lacks.</summary>
    /// <param name="limits">What is asked for.</param>
    /// <param name="messages">Told.</param>
    public static void Check(IEnumerable<ResourceLimits> limits, IMessageSink messages)
    {
        string[] wanted = [.. limits.SelectMany(Wanted).Distinct()];
        if (wanted.Length == 0)
        {
            return;
        }

        foreach (string missing in Missing(wanted, ReadList()))
        {
            messages.Warn($"this host has no cgroup controller '{missing}', so that no limit of that kind holds, going on without");
        }
    }

    /// <param name="wanted">Names of controllers.</param>
    /// <param name="list">cgroup.controllers; null if it cannot be read, and then nothing is known.</param>
    internal static IEnumerable<string> Missing(IEnumerable<string> wanted, string? list) => list is null ? [] : wanted.Except(list.Split((char[])[' ', '\n']));

    /// <summary>The controllers that keep these limits; one that is taken away needs none.</summary>
    internal static IEnumerable<string> Wanted(ResourceLimits limits)
    {
        if (IsLimit(limits.MemoryBytes))
        {
            yield return "memory";
        }

        if (IsLimit(limits.CpuMillis) || IsLimit(limits.CpuShares))
        {
            yield return "cpu";
        }

        if (IsLimit(limits.Tasks))
        {
            yield return "pids";
        }

        if (IsLimit(limits.IoWeight) || limits.Io.Count > 0)
        {
            yield return "io";
        }
    }

    private static bool IsLimit(long? limit) => limit is not (null or ResourceLimits.None);

    private static string? ReadList()
    {
        try
        {
            using Fd file = Files.Open(ListFile, O_RDONLY);
            return Files.ReadText(file);
        }
        catch (NativeException)
        {
            return null;
        }
    }
}
