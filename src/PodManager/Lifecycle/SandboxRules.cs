using Common.Contract;
using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>What a pod that runs cannot give to an app that comes later: its PID 1 has given it up, or never had it.</summary>
internal static class SandboxRules
{
    /// <exception cref="PodctlException">All faults at once.</exception>
    public static void Check(RunningPod pod, PodApp app)
    {
        bool isCapable = pod.Pod.Record!.InsecureOptions.HasFlag(InsecureOptions.Capabilities);
        IReadOnlyList<ResourceLimit> limits = CommandPlanner.LimitsOf(pod.Leader);
        string[] faults =
        [
            .. isCapable ? [] : Capabilities.BeyondManager(app.Isolation.Capabilities).Select(static name => $"its systemd has no {name} to give"),
            .. app.Isolation.Ulimits.Where(limit => limits.FirstOrDefault(own => own.Resource == limit.Number) is { } own && (limit.Hard ?? ulong.MaxValue) > own.Hard)
                .Select(static limit => $"--ulimit: '{limit.Name.ToLowerInvariant()}' is above what its systemd has"),
        ];
        if (faults.Length > 0)
        {
            throw new PodctlException(ExitCode.Failed, $"cannot add app '{app.Name}' to pod '{pod.Pod.Id}': {string.Join("; ", faults)}", "`podctl run` starts a pod for an app that needs more");
        }
    }
}
